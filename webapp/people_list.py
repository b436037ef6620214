"""Who is in a course, a page at a time: staff first, then students by name."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Course, Enrolment, Role, User
from webapp.paging import pages_of, within


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
    """A page of those whose name, email or section has the text: two statements."""
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
    found = session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    pages = pages_of(found, rows)
    page = within(page, pages)
    staff_first = (Enrolment.role != Role.INSTRUCTOR, Enrolment.role != Role.GRADER)
    ordered = chosen.order_by(*staff_first, User.name, User.id)
    shown = session.execute(ordered.limit(rows).offset((page - 1) * rows))
    return PeoplePage(tuple(Person(*row) for row in shown), found, page, pages)
