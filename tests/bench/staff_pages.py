"""The staff's pages with a large course in the database: seconds and statements of each.

`python -m tests.bench.staff_pages [--students N] [--attempts N] [--rounds N] [--postgresql]`
prints the 95th percentile of each page; the bar is 300 ms with 1,000 students, 7 assignments and
20,000 attempts. Rows are written straight into the database: nothing is graded.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.services.postgresql import PostgreSQL
from tests.webapp.browser import Visitor
from tests.webapp.conftest import OVERRIDES, settings_for
from tests.webapp.graders import TOOLS, result
from tests.webapp.people import PASSWORD, add_user, enrol
from webapp import create_app, migrations
from webapp.clock import now
from webapp.database import db, make_engine
from webapp.models import (
    CheckFailure,
    Content,
    Course,
    CourseAssignment,
    Enrolment,
    Job,
    JobState,
    QuestionScore,
    Result,
    Role,
    Submission,
    SubmissionState,
    User,
)

SLUG, QUESTIONS = "large", 8
PAGES = {
    "scores": "staff",
    "scores by total": "staff?sort=total&order=down",
    "scores, missing": "staff?state=missing",
    "scores, searched": "staff?search=student+9",
    "insight": "staff/insight",
    "assignment": "staff/assignments/a01_bench",
    "student": "staff/students/{user}",
    "submission": "submissions/{submission}",
    "grades": "staff/grades",
    "report": "staff/grades/report",
    "csv": "staff/scores.csv",
    "canvas": "staff/grades/canvas.csv",
    "people": "staff/people",
    "queue": "staff/queue",
    "readings": "staff/readings",
    "log": "staff/log",
    "regrade": "staff/assignments/a01_bench/regrade",
}


@dataclass(frozen=True)
class Measured:
    """One page: the 95th percentile of its seconds, and its statements."""

    page: str
    seconds: float
    statements: int


def fill(session: Session, *, students: int, assignments: int, attempts: int) -> None:
    """A course with an instructor called `bench`, and so many attempts, graded."""
    chance, moment = random.Random(7), now()
    course = Course(slug=SLUG, title="Large", pass_rule={"minimum_share": 0.6})
    for number in range(1, assignments + 1):
        due = moment - timedelta(days=2 * (assignments - number))
        course.assignments.append(
            CourseAssignment(
                assignment=f"a{number:02}_bench",
                title=f"Assignment {number}",
                points=QUESTIONS * 3 + 2,
                position=number,
                due_at=due,
            )
        )
    session.add(course)
    session.flush()
    enrol(session, course, add_user(session, "bench"), Role.INSTRUCTOR)
    session.add(Content(sha256="0" * 64, size=2, data=b"{}"))
    rows = [{"name": f"Student {n}", "email": f"s{n}@example.edu"} for n in range(students)]
    session.execute(sa.insert(User), rows)
    users = list(session.scalars(sa.select(User.id).where(User.name.startswith("Student "))))
    session.execute(
        sa.insert(Enrolment),
        [
            {"course_id": course.id, "user_id": user, "role": Role.STUDENT, "section": "AB"[n % 2]}
            for n, user in enumerate(users)
        ],
    )
    items = [(item.id, item.due_at or moment) for item in course.assignments]
    _attempts(session, chance, users, items, attempts)
    session.commit()


def _attempts(
    session: Session, chance: random.Random, users: list[int], items: list[Any], attempts: int
) -> None:
    counted: dict[tuple[int, int], int] = {}
    rows = []
    for _ in range(attempts):
        user, (item, due) = chance.choice(users), chance.choice(items)
        counted[user, item] = counted.get((user, item), 0) + 1
        rows.append(
            {
                "course_assignment_id": item,
                "user_id": user,
                "attempt": counted[user, item],
                "received_at": due - timedelta(hours=chance.gauss(20, 15)),
                "filename": "work.ipynb",
                "size": 2,
                "sha256": "0" * 64,
                "digest": f"{len(rows):064}",
                "state": SubmissionState.GRADED,
                "auto_score": float(chance.randint(0, QUESTIONS * 3)),
                "ungraded": chance.randint(0, 1),
            }
        )
    session.execute(sa.insert(Submission), rows)
    _results(session, chance)


def _results(session: Session, chance: random.Random) -> None:
    """Jobs, results, questions and failures with the submissions' own numbers."""
    from autograder.results import to_json

    ids = list(session.scalars(sa.select(Submission.id).order_by(Submission.id)))
    done = [{"id": n, "submission_id": n, "state": JobState.DONE} for n in ids]
    session.execute(sa.insert(Job), done)
    base = {"grader_version": "v1", "status": "graded", "max_score": 26.0, "seconds": 0.1}
    detail = to_json(result(score=1))
    session.execute(
        sa.insert(Result),
        [{"id": n, "submission_id": n, "job_id": n, "detail": detail, **base} for n in ids],
    )
    questions, failures = [], []
    for number in ids:
        for place in range(QUESTIONS):
            score = float(chance.randint(0, 3))
            name = f"question{place}"
            verdict = "passed" if score == 3 else "failed"
            same = {"result_id": number, "question": name}
            shown = {"position": place, "kind": "auto", "max_score": 3.0, "verdict": verdict}
            questions.append({**same, **shown, "score": score})
            if score < 3:
                reason = f"Mistake {chance.randint(1, 12)} of the kind."
                failures.append({**same, "check_name": f"test_{name}", "reason": reason})
    session.execute(sa.insert(QuestionScore), questions)
    session.execute(sa.insert(CheckFailure), failures)


def measure(app: Flask, *, rounds: int) -> list[Measured]:
    """Every page, signed in as the course's instructor; the first look is not counted."""
    visitor = Visitor(app.test_client())
    visitor.sign_in("bench@example.edu", PASSWORD)
    with app.app_context():
        engine = db.engine
        newest = db.session.execute(
            sa.select(Submission.id, Submission.user_id).order_by(Submission.id.desc())
        ).first()
    assert newest is not None
    return [
        _page(visitor, engine, name, path.format(user=newest.user_id, submission=newest.id), rounds)
        for name, path in PAGES.items()
    ]


def _page(visitor: Visitor, engine: sa.Engine, name: str, path: str, rounds: int) -> Measured:
    address, seen, seconds = f"/courses/{SLUG}/{path}", [], []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    visitor.get(address)
    event.listen(engine, "before_cursor_execute", note)
    try:
        for _ in range(rounds):
            seen.clear()
            started = time.perf_counter()
            answer = visitor.get(address)
            seconds.append(time.perf_counter() - started)
            assert answer.status_code == 200, f"{address} answered {answer.status_code}"
    finally:
        event.remove(engine, "before_cursor_execute", note)
    ordered = sorted(seconds)
    return Measured(name, ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], len(seen))


@contextlib.contextmanager
def large_course(
    url: str, folder: Path, *, students: int, assignments: int, attempts: int
) -> Iterator[Flask]:
    """The application over a database that was filled."""
    settings = settings_for(folder, url)
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    app = create_app(settings, tools=TOOLS, overrides=OVERRIDES)
    with app.app_context(), Session(engine) as session:
        fill(session, students=students, assignments=assignments, attempts=attempts)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    engine.dispose()
    yield app
    with app.app_context():
        db.engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--attempts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--postgresql", action="store_true")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = ""
        if chosen.postgresql:
            server = stack.enter_context(PostgreSQL())
            url = server.create("bench")
        size = {"students": chosen.students, "attempts": chosen.attempts, "assignments": 7}
        app = stack.enter_context(large_course(url, folder, **size))
        for found in measure(app, rounds=chosen.rounds):
            milliseconds = f"{found.seconds * 1000:7.0f} ms"
            print(f"{found.page:20} {milliseconds} {found.statements:4} statements")


if __name__ == "__main__":
    main()
