"""Who is in a course, a page at a time: staff first, then students by name."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.paging import page_of_rows
from webapp.models import Course, Enrolment, Role, User


@dataclass(frozen=True)
class Person:
    """Someone in a course, and whether they have set a password yet."""

    id: int
    name: str
    email: str
    role: Role
    section: str
    has_password: bool


@dataclass(frozen=True)
class PeoplePage:
    """Some people of `found`; `page` of `pages`, the first is 1."""

    people: tuple[Person, ...]
    found: int
    page: int
    pages: int


def people_page(
    session: Session, course: Course, *, search: str, page: int, rows: int
) -> PeoplePage:
    """A page of those whose name, email or section has the text: one statement."""
    chosen = (
        sa.select(
            User.id,
            User.name,
            User.email,
            Enrolment.role,
            Enrolment.section,
            User.password.is_not(None).label("has_password"),
        )
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course.id)
    )
    if search:
        texts = (User.name, User.email, Enrolment.section)
        chosen = chosen.where(sa.or_(*(text.icontains(search, autoescape=True) for text in texts)))
    staff_first = (Enrolment.role != Role.INSTRUCTOR, Enrolment.role != Role.GRADER)
    ordered = chosen.order_by(*staff_first, User.name, User.id)
    found = page_of_rows(session, ordered, page=page, rows=rows)
    people = tuple(Person(*row[:-1]) for row in found.rows)
    return PeoplePage(people, found.found, found.page, found.pages)
