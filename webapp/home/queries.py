"""The courses that somebody is in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from webapp.models import Course, CourseAssignment, Enrolment, Extension, Role


@dataclass(frozen=True)
class TakenCourse:
    """Someone's part in a course, and its assignments, each with their extension's end."""

    enrolment: Enrolment
    assignments: tuple[tuple[CourseAssignment, datetime | None], ...]


def enrolments_of(session: Session, user_id: int) -> Sequence[Enrolment]:
    """Someone's part in each of their courses, newest course first."""
    return session.scalars(
        sa.select(Enrolment)
        .join(Enrolment.course)
        .options(contains_eager(Enrolment.course))
        .where(Enrolment.user_id == user_id)
        .order_by(Course.id.desc())
    ).all()


def courses_of(session: Session, user_id: int, roles: Collection[Role]) -> list[TakenCourse]:
    """The courses that someone has one of the roles in, with what each sets: one statement.

    Those that are archived are left out.
    """
    own = sa.and_(
        Extension.course_assignment_id == CourseAssignment.id,
        Extension.user_id == Enrolment.user_id,
    )
    rows = session.execute(
        sa.select(Enrolment, CourseAssignment, Extension.due_at)
        .join(Enrolment.course)
        .outerjoin(
            CourseAssignment,
            sa.and_(CourseAssignment.course_id == Course.id, CourseAssignment.retired_at.is_(None)),
        )
        .outerjoin(Extension, own)
        .options(contains_eager(Enrolment.course))
        .where(
            Enrolment.user_id == user_id,
            Enrolment.role.in_(roles),
            Course.archived_at.is_(None),
        )
        .order_by(Course.id, CourseAssignment.position)
    )
    found: dict[int, Enrolment] = {}
    assignments: dict[int, list[tuple[CourseAssignment, datetime | None]]] = defaultdict(list)
    for enrolment, item, until in rows:
        found[enrolment.id] = enrolment
        if item is not None:
            assignments[enrolment.id].append((item, until))
    return [TakenCourse(each, tuple(assignments[number])) for number, each in found.items()]
