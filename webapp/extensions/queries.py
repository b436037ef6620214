"""Who has more time, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.courses.people import students_of
from webapp.models import Course, CourseAssignment, Extension, User


def due_times(session: Session, course: Course, user_id: int) -> dict[int, datetime]:
    """A student's own due times in a course, by the assignment's number."""
    rows = session.execute(
        sa.select(Extension.course_assignment_id, Extension.due_at)
        .join(Extension.course_assignment)
        .where(CourseAssignment.course_id == course.id, Extension.user_id == user_id)
    )
    return {row[0]: row[1] for row in rows}


def of_assignment(session: Session, item: CourseAssignment) -> Sequence[Extension]:
    """Who has more time, by name."""
    return session.scalars(
        sa.select(Extension)
        .join(Extension.user)
        .options(joinedload(Extension.user), joinedload(Extension.given_by))
        .where(Extension.course_assignment_id == item.id)
        .order_by(User.name, User.id)
    ).all()


def of_student(session: Session, course: Course, user_id: int) -> dict[int, Extension]:
    """A student's extensions, by the assignment's number."""
    rows = session.scalars(
        sa.select(Extension)
        .join(Extension.course_assignment)
        .options(joinedload(Extension.given_by))
        .where(CourseAssignment.course_id == course.id, Extension.user_id == user_id)
    )
    return {row.course_assignment_id: row for row in rows}


def chosen_of(
    session: Session, course: Course, users: Iterable[int], section: str = ""
) -> set[int]:
    """Students by their numbers, and everyone of a section if one is named."""
    members = students_of(session, course, section) if section else []
    return {*users, *(user_id for user_id, _, _ in members)}
