"""Staff's and students' pages with a large course in the database: seconds and statements of each.

`python -m tests.bench.staff_pages [--students N] [--attempts N] [--rounds N] [--postgresql]`
prints the 95th percentile of each page; the bar is 300 ms with 1,000 students, 7 assignments and
20,000 attempts.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from tests.bench.large_course import SLUG, large_course
from tests.services.postgresql import PostgreSQL
from tests.webapp.browser import Visitor
from tests.webapp.sample_course import PASSWORD
from webapp.base.database import db
from webapp.models import Submission, User
from webapp.service.web import leave_out_of_collections

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
    "who left": "staff/people/former",
    "queue": "staff/queue",
    "readings": "staff/readings",
    "answers": "staff/readings/answers",
    "presentations": "staff/readings/presentations/results",
    "log": "staff/log",
    "regrade": "staff/assignments/a01_bench/regrade",
    "settings": "staff/settings",
    "an assignment's settings": "staff/assignments/a01_bench/settings",
    "extensions": "staff/assignments/a01_bench/extensions",
    "the catalogue": "staff/assignments",
    "similarity": "staff/assignments/a01_bench/similarity",
    "preview": "staff/assignments/a01_bench/preview",
}
STUDENT_PAGES = {
    "one's home": "",
    "about the course": "about",
    "one's assignment": "assignments/a01_bench",
    "one's result": "submissions/{submission}",
    "one's grade": "grade",
    "one's proposal": "proposal",
    "one's review": "review",
    "the leaderboard": "assignments/a01_bench/leaderboard",
}


@dataclass(frozen=True)
class Measured:
    """One page: the 95th percentile of its seconds, and its statements."""

    page: str
    seconds: float
    statements: int


def measure(app: Flask, *, rounds: int) -> list[Measured]:
    """Every page, as the course's instructor or as a student; the first look is not counted."""
    with app.app_context():
        engine = db.engine
        learner = sa.select(User.id).where(User.name == "Learner").scalar_subquery()
        # Beside a first attempt there is none to compare it with, which would be a statement less.
        later = (Submission.user_id == learner, Submission.attempt > 1)
        newest = sa.select(Submission.id).where(*later)
        names = {
            "user": db.session.scalar(sa.select(learner)),
            "submission": db.session.scalar(newest.order_by(Submission.id.desc()).limit(1)),
        }
    assert all(names.values()), f"somebody has no attempt: {names}"
    found = []
    for who, pages in (("bench", PAGES), ("learner", STUDENT_PAGES)):
        visitor = Visitor(app.test_client())
        visitor.sign_in(f"{who}@example.edu", PASSWORD)
        for name, path in pages.items():
            found.append(_page(visitor, engine, name, path.format(**names), rounds))
    return found


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
        leave_out_of_collections()
        for found in measure(app, rounds=chosen.rounds):
            milliseconds = f"{found.seconds * 1000:7.0f} ms"
            print(f"{found.page:20} {milliseconds} {found.statements:4} statements")


if __name__ == "__main__":
    main()
