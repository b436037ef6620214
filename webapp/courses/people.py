"""The people of a course: its students and sections."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Course, Enrolment, Role, User

# Between the sections of somebody who is in several.
BETWEEN = ", "


def split_sections(text: str) -> list[str]:
    """The sections that somebody is in."""
    return [name for name in text.split(BETWEEN) if name]


def in_section(name: str) -> sa.ColumnElement[bool]:
    """Whether an enrolment is in the section, be it the only one or one of several.

    With `replace`, which in every database minds case and takes no character for a pattern.
    """
    wrapped = sa.literal(BETWEEN) + Enrolment.section + sa.literal(BETWEEN)
    return sa.func.replace(wrapped, f"{BETWEEN}{name}{BETWEEN}", "") != wrapped


def sections_of(session: Session, course: Course) -> list[str]:
    """The sections that students are in."""
    return _names(session, course, Enrolment.role == Role.STUDENT)


def all_sections(session: Session, course: Course) -> list[str]:
    """The sections that anybody in the course is in."""
    return _names(session, course, sa.true())


def _names(session: Session, course: Course, who: sa.ColumnElement[bool]) -> list[str]:
    kept = (
        sa.select(Enrolment.section)
        .where(Enrolment.course_id == course.id, Enrolment.section != "", who)
        .distinct()
    )
    return named_sections(session.scalars(kept))


def named_sections(kept: Iterable[str]) -> list[str]:
    """Every section that is in any of these texts, in order."""
    return sorted({name for text in kept for name in split_sections(text)})


def students_of(session: Session, course: Course, section: str = "") -> list[tuple[int, str, str]]:
    """The course's students, or those of one section: number, name and section, by name."""
    statement = (
        sa.select(User.id, User.name, Enrolment.section)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course.id, Enrolment.role == Role.STUDENT)
        .order_by(User.name, User.id)
    )
    if section:
        statement = statement.where(in_section(section))
    return [(row.id, row.name, row.section) for row in session.execute(statement)]
