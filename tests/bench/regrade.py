"""Bar: a regrade of 10,000 unchanged submissions is answered from what is known in under 60 s.

`python -m tests.bench.regrade` makes a synthetic course in a temporary folder, then times what the
button does: begin the regrade, look at who changes, publish. No notebook is run, since every
submission has a result under the same conditions; jobs that had to be queued would be counted.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import tempfile
import time
from pathlib import Path

import click
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.orm import Session

from autograder.receipt import Receipt
from autograder.results import to_json
from tests.webapp.graders import result
from tests.webapp.sample_course import ASSIGNMENT
from webapp import migrations
from webapp.audit.record import CommandLine
from webapp.base.database import make_engine
from webapp.grading.conditions import Conditions, conditions_of
from webapp.models import (
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
from webapp.regrades import operations
from webapp.regrades.changes import changes
from webapp.regrades.queries import progress as progress_of

BAR_SECONDS = 60.0
_RECEIPT = Receipt("", "", "v1", {"python": "3"}, "seed", {"calls": 1.0})
_GRADED = replace(result(score=2.0, version="v1"), receipt=_RECEIPT)
_NOTEBOOK_BYTES = 8_000


def populate(session: Session, count: int) -> CourseAssignment:
    """A course with one graded submission for each of `count` students."""
    course = Course(slug="large", title="Large")
    assignment = CourseAssignment(assignment=ASSIGNMENT, title="Perceptron", points=5)
    course.assignments.append(assignment)
    session.add(course)
    session.flush()
    detail, conditions = to_json(_GRADED), conditions_of(_GRADED)
    for number in range(1, count + 1):
        data = f"{number:08}".encode() * (_NOTEBOOK_BYTES // 8)
        sha256 = hashlib.sha256(data).hexdigest()
        session.add_all(
            [
                User(id=number, email=f"{number}@example.edu", name=f"Student {number}"),
                Content(sha256=sha256, size=len(data), data=data),
                Enrolment(course_id=course.id, user_id=number, role=Role.STUDENT),
            ]
        )
        submission = Submission(
            id=number,
            course_assignment_id=assignment.id,
            user_id=number,
            attempt=1,
            filename="work.ipynb",
            size=len(data),
            sha256=sha256,
            digest=sha256,
            state=SubmissionState.GRADED,
            auto_score=2.0,
            ungraded=1,
            counts=True,
        )
        session.add(submission)
        session.add(Job(id=number, submission_id=number, state=JobState.DONE))
    session.flush()
    session.add_all(_result(number, detail, conditions) for number in range(1, count + 1))
    session.commit()
    return assignment


def _result(number: int, detail: bytes, conditions: str) -> Result:
    questions = [
        QuestionScore(
            position=position,
            question=question.name,
            kind=question.kind,
            score=question.score,
            max_score=question.max_score,
            verdict=str(question.verdict),
        )
        for position, question in enumerate(_GRADED.questions)
    ]
    return Result(
        submission_id=number,
        job_id=number,
        grader_version="v1",
        conditions=conditions,
        status="graded",
        score=2.0,
        max_score=5.0,
        seconds=0.1,
        detail=detail,
        questions=questions,
    )


def measure(count: int, database: str) -> dict[str, float | int]:
    """Seconds of each step of an unchanged regrade, and how many jobs it queued."""
    engine = make_engine(database)
    migrations.upgrade(engine)
    with Session(engine) as session:
        assignment = populate(session, count)
        moments = [time.perf_counter()]
        actor, conditions = (
            CommandLine(assignment.course_id),
            Conditions("v1", conditions_of(_GRADED)),
        )
        regrade = operations.start_regrade(session, actor, assignment, conditions)
        moments.append(time.perf_counter())
        found, progress = changes(session, regrade), progress_of(session, regrade)
        moments.append(time.perf_counter())
        operations.publish_regrade(session, actor, regrade)
        moments.append(time.perf_counter())
        queued = sa.select(sa.func.count()).where(Job.regrade_id == regrade.id)
        jobs = session.scalar(queued) or 0
    engine.dispose()
    begin, look, publish = (after - at for at, after in itertools.pairwise(moments))
    return {
        "submissions": count,
        "answered": progress.done,
        "changed": len(found),
        "jobs": jobs,
        "begin_seconds": round(begin, 3),
        "preview_seconds": round(look, 3),
        "publish_seconds": round(publish, 3),
        "seconds": round(moments[-1] - moments[0], 3),
    }


@click.command()
@click.option("--submissions", default=10_000, show_default=True, type=click.IntRange(1))
@click.option("--database", default="", help="A SQLAlchemy URL instead of a temporary SQLite.")
def main(submissions: int, database: str) -> None:
    """Print the figures as JSON; ends with 1 where the bar is missed."""
    with tempfile.TemporaryDirectory(prefix="heldout-bench-regrade-") as folder:
        url = database or f"sqlite:///{Path(folder) / 'large.sqlite'}"
        found = measure(submissions, url)
    click.echo(json.dumps(found, indent=1))
    met = found["answered"] == submissions and not found["jobs"] and found["seconds"] < BAR_SECONDS
    click.echo(f"{found['seconds']:g} s for {submissions}, the bar is {BAR_SECONDS:g} s")
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
