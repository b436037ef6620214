"""Late work of the sample class: two days late with points taken off, and late with an extension.

The first assignment was due a few days ago, whenever the demo is started. In a course of one
assignment alone there is no such thing, so that whoever tries it hands in before the due time.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.clock import local, now
from webapp.extensions import operations as extensions
from webapp.models import (
    Course,
    CourseAssignment,
    Enrolment,
    Extension,
    Role,
    Submission,
    User,
)

# Students by number: the first is whom the demo names, and whose newest attempt came late.
_LATE, _EXTENDED = 0, 1
# Since the due time: late on the second day, and what is in time only with an extension.
_CAME = {_LATE: timedelta(hours=42), _EXTENDED: timedelta(hours=20)}
_EXTENSION = timedelta(days=6)
_REASON = "Was at a conference: six days more, agreed by mail."


def passed_day(zone: str) -> date:
    """Three days ago: by its end there is time for what came late."""
    return local(now(), zone).date() - timedelta(days=3)


def set_rules(course: Course, item: CourseAssignment) -> None:
    """Grace, a penalty for each day, a last moment, and one late day for the course."""
    assert item.due_at is not None
    course.late_days = 1
    item.grace_minutes, item.late_penalty = 15, 0.1
    item.cut_off_at = item.due_at + timedelta(days=7)


def ensure_extension(session: Session, course: Course, students: list[User]) -> None:
    """Give one student more time before anything of theirs is handed in, and never again."""
    item = _with_rules(session, course)
    if item is None or item.due_at is None or len(students) <= _EXTENDED:
        return
    student = students[_EXTENDED]
    if any(_has(session, kind, item, student) for kind in (Extension, Submission)):
        return
    instructor = session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.course_id == course.id, Enrolment.role == Role.INSTRUCTOR)
        .limit(1)
    ).one()
    until = item.due_at + _EXTENSION
    extensions.give(session, instructor, item, users={student.id}, due_at=until, reason=_REASON)


def _with_rules(session: Session, course: Course) -> CourseAssignment | None:
    return session.scalar(
        sa.select(CourseAssignment)
        .where(CourseAssignment.course_id == course.id, CourseAssignment.late_penalty > 0)
        .order_by(CourseAssignment.position)
        .limit(1)
    )


def _has(
    session: Session,
    kind: type[Extension] | type[Submission],
    item: CourseAssignment,
    student: User,
) -> bool:
    found = sa.select(kind.id).where(
        kind.course_assignment_id == item.id, kind.user_id == student.id
    )
    return session.scalar(found.limit(1)) is not None


def times_of(item: CourseAssignment, number: int, count: int) -> list[datetime]:
    """Believable times of a student's attempts: after the opening, before now and in time.

    The newest attempts of two students come after the due time, where that has passed long enough.
    """
    latest = now() - timedelta(minutes=5)
    opens = item.opens_at or latest - timedelta(days=1)
    ends = latest if item.due_at is None else min(latest, item.due_at)
    chance = random.Random(f"times {number}")
    span = (ends - opens).total_seconds()
    found = [
        opens + timedelta(seconds=s) for s in sorted(chance.uniform(0, span) for _ in range(count))
    ]
    if found and item.late_penalty and item.due_at is not None and number in _CAME:
        found[-1] = min(max(item.due_at + _CAME[number], found[-1]), latest)
    return found
