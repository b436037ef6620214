"""Which release somebody took, and how many took an old one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Course, CourseAssignment, Enrolment, Role, TakenRelease


@dataclass(frozen=True)
class Taken:
    """How many students of the course took the release, and how many of them an older one."""

    students: int = 0
    older: int = 0


def taken_by(session: Session, item: CourseAssignment, user_id: int) -> TakenRelease | None:
    """What somebody took last: one statement."""
    return session.scalar(
        sa.select(TakenRelease).where(
            TakenRelease.course_assignment_id == item.id, TakenRelease.user_id == user_id
        )
    )


def how_many_took(session: Session, item: CourseAssignment, digest: str) -> Taken:
    """How many took it, and how many of them another than this: one statement."""
    older = sa.func.coalesce(sa.func.sum(sa.case((TakenRelease.digest != digest, 1), else_=0)), 0)
    row = session.execute(
        sa.select(sa.func.count(), older)
        .select_from(TakenRelease)
        .join(Enrolment, Enrolment.user_id == TakenRelease.user_id)
        .where(
            TakenRelease.course_assignment_id == item.id,
            Enrolment.course_id == item.course_id,
            Enrolment.role == Role.STUDENT,
        )
    ).one()
    return Taken(*row)


def set_anywhere(session: Session) -> Sequence[str]:
    """Every assignment that a course sets, if that is not archived: one statement."""
    return session.scalars(
        sa.select(CourseAssignment.assignment)
        .join(CourseAssignment.course)
        .where(CourseAssignment.retired_at.is_(None), Course.archived_at.is_(None))
        .distinct()
    ).all()
