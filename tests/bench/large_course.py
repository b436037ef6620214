"""A large course for benchmarks, written straight into a database: nothing is graded."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.webapp.conftest import OVERRIDES, settings_for
from tests.webapp.graders import LIBRARY, result
from tests.webapp.sample_course import add_user, enrol
from webapp import create_app, migrations
from webapp.base.clock import now
from webapp.base.database import db, make_engine
from webapp.models import (
    CheckFailure,
    Content,
    Course,
    CourseAssignment,
    Enrolment,
    Job,
    JobState,
    Leaderboard,
    LeaderboardEntry,
    QuestionScore,
    Result,
    Role,
    Submission,
    SubmissionState,
    User,
)
from webapp.scoring.counting import recount_course

SLUG, QUESTIONS = "large", 8


def fill(session: Session, *, students: int, assignments: int, attempts: int) -> None:
    """A course with so many attempts, graded; `bench` instructs, `learner` is one student more."""
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
    learner = add_user(session, "learner")
    users = list(session.scalars(sa.select(User.id).where(User.name.startswith("Student "))))
    users.append(learner.id)
    session.execute(
        sa.insert(Enrolment),
        [
            {"course_id": course.id, "user_id": user, "role": Role.STUDENT, "section": "AB"[n % 2]}
            for n, user in enumerate(users)
        ],
    )
    items = [(item.id, item.due_at or moment) for item in course.assignments]
    _attempts(session, chance, users, items, attempts)
    _leaderboard(session, course.assignments[0].id, users)
    session.commit()


def _attempts(
    session: Session, chance: random.Random, users: list[int], items: list[Any], attempts: int
) -> None:
    counted: dict[tuple[int, int], int] = {}
    rows = []
    # The learner has two at least: a result is shown with what changed since the one before.
    drawn = [(users[-1], items[0])] * 2
    drawn += [(chance.choice(users), chance.choice(items)) for _ in range(attempts - 2)]
    for user, (item, due) in drawn:
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
    for course in session.scalars(sa.select(Course)):
        recount_course(session, course)
    _results(session, chance)


def _results(session: Session, chance: random.Random) -> None:
    """Jobs, results, questions and failures with the submissions' own numbers."""
    from autograder.results import to_json

    ids = list(session.scalars(sa.select(Submission.id).order_by(Submission.id)))
    done = [{"id": n, "submission_id": n, "state": JobState.DONE} for n in ids]
    session.execute(sa.insert(Job), done)
    base = {"grader_version": "v1", "status": "graded", "max_score": 26.0, "seconds": 0.1}
    base |= {"detail": to_json(result(score=1)), "measure_name": "accuracy"}
    session.execute(
        sa.insert(Result),
        [
            {"id": n, "submission_id": n, "job_id": n, "measure": chance.random(), **base}
            for n in ids
        ],
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


def _leaderboard(session: Session, assignment_id: int, users: list[int]) -> None:
    """Everybody takes part in it."""
    session.add(Leaderboard(course_assignment_id=assignment_id, opened_at=now()))
    entries = [
        {"course_assignment_id": assignment_id, "user_id": user, "alias": name, "alias_key": name}
        for user in users
        for name in [f"alias{user}"]
    ]
    session.execute(sa.insert(LeaderboardEntry), entries)


@contextlib.contextmanager
def large_course(
    url: str, folder: Path, *, students: int, assignments: int, attempts: int
) -> Iterator[Flask]:
    """The application over a database that was filled."""
    settings = settings_for(folder, url)
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    app = create_app(settings, library=LIBRARY, overrides=OVERRIDES)
    with app.app_context(), Session(engine) as session:
        fill(session, students=students, assignments=assignments, attempts=attempts)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    engine.dispose()
    yield app
    with app.app_context():
        db.engine.dispose()
