"""The people of a course: its students and sections."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Course, Enrolment, Role, User


def sections_of(session: Session, course: Course) -> list[str]:
    """The sections that students are in."""
    return list(
        session.scalars(
            sa.select(Enrolment.section)
            .where(
                Enrolment.course_id == course.id,
                Enrolment.role == Role.STUDENT,
                Enrolment.section != "",
            )
            .distinct()
            .order_by(Enrolment.section)
        )
    )


def students_of(session: Session, course: Course, section: str = "") -> list[tuple[int, str, str]]:
    """The course's students, or those of one section: number, name and section, by name."""
    statement = (
        sa.select(User.id, User.name, Enrolment.section)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course.id, Enrolment.role == Role.STUDENT)
        .order_by(User.name, User.id)
    )
    if section:
        statement = statement.where(Enrolment.section == section)
    return [(row.id, row.name, row.section) for row in session.execute(statement)]
