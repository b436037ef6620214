"""What a class has understood: failures grouped, assignments beside each other.

Everything is counted by the database, in a fixed number of statements whatever the class's size.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.gradebook.counting_attempts import counting_attempts
from webapp.models import (
    CheckFailure,
    Course,
    CourseAssignment,
    Enrolment,
    Result,
    Role,
    Submission,
)

FAILURES_SHOWN = 5


@dataclass(frozen=True)
class Failure:
    """One reason, and how many students of those who were graded it stopped."""

    question: str
    description: str
    reason: str
    students: int


def commonest_failures(
    session: Session, course: Course, assignment: CourseAssignment
) -> dict[str, list[Failure]]:
    """Per question, the reasons that cost most students points, over the attempts that count."""
    counting = counting_attempts(course.id, at=assignment)
    students = sa.func.count(sa.distinct(counting.c.user_id)).label("students")
    grouped = (
        sa.select(
            CheckFailure.question,
            sa.func.max(CheckFailure.description).label("description"),
            CheckFailure.reason,
            students,
            sa.func.row_number()
            .over(partition_by=CheckFailure.question, order_by=(students.desc(),))
            .label("place"),
        )
        .join(Result, CheckFailure.result_id == Result.id)
        .join(counting, Result.submission_id == counting.c.id)
        .where(
            counting.c.course_assignment_id == assignment.id,
            Result.current.is_(True),
        )
        .group_by(CheckFailure.question, CheckFailure.check_name, CheckFailure.reason)
        .subquery()
    )
    rows = session.execute(
        sa.select(grouped.c.question, grouped.c.description, grouped.c.reason, grouped.c.students)
        .where(grouped.c.place <= FAILURES_SHOWN)
        .order_by(grouped.c.students.desc(), grouped.c.reason)
    )
    found: dict[str, list[Failure]] = defaultdict(list)
    for row in rows:
        found[row.question].append(Failure(*row))
    return dict(found)


def counting_scores(
    session: Session, course: Course, assignment: CourseAssignment
) -> tuple[int, list[float]]:
    """How many students handed in, and the scores that count."""
    counting = counting_attempts(course.id, at=assignment)
    found = session.scalars(
        sa.select(counting.c.score)
        .join(Enrolment, Enrolment.user_id == counting.c.user_id)
        .where(
            counting.c.course_assignment_id == assignment.id,
            Enrolment.course_id == course.id,
            Enrolment.role == Role.STUDENT,
        )
    ).all()
    return len(found), [score for score in found if score is not None]


def student_count(session: Session, course: Course) -> int:
    """How many students the course has."""
    found = sa.select(sa.func.count(Enrolment.id)).where(
        Enrolment.course_id == course.id, Enrolment.role == Role.STUDENT
    )
    return session.scalar(found) or 0


def received_times(session: Session, assignment: CourseAssignment) -> list[tuple[datetime, bool]]:
    """When each attempt came in, and whether it was late for its student."""
    rows = session.execute(
        sa.select(Submission.received_at, Submission.late).where(
            Submission.course_assignment_id == assignment.id
        )
    )
    return [(row.received_at, row.late) for row in rows]


@dataclass(frozen=True)
class AssignmentTotals:
    """One assignment over the class."""

    submitted: int = 0
    mean: float | None = None
    full: int = 0
    late: int = 0
    waiting: int = 0


def totals_by_assignment(session: Session, course: Course) -> dict[int, AssignmentTotals]:
    """Every assignment that somebody handed in, over the attempts that count."""
    counting = counting_attempts(course.id, how_many=False)
    full = sa.case((counting.c.score >= CourseAssignment.points, 1), else_=0)
    late = sa.case((counting.c.late, 1), else_=0)
    waiting = sa.case((counting.c.ungraded > 0, 1), else_=0)
    rows = session.execute(
        sa.select(
            counting.c.course_assignment_id,
            sa.func.count(counting.c.id),
            sa.func.avg(counting.c.score),
            *(sa.func.sum(column) for column in (full, late, waiting)),
        )
        .join(CourseAssignment, CourseAssignment.id == counting.c.course_assignment_id)
        .join(Enrolment, Enrolment.user_id == counting.c.user_id)
        .where(
            Enrolment.course_id == course.id,
            Enrolment.role == Role.STUDENT,
        )
        .group_by(counting.c.course_assignment_id)
    )
    return {row[0]: AssignmentTotals(*row[1:]) for row in rows}
