"""Who is in a course, or was, a page at a time: staff first, then students by name."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.paging import page_of_rows
from webapp.models import Course, Enrolment, FormerEnrolment, Role, User
from webapp.people.queries import Member, formerly_of, member, of_course


@dataclass(frozen=True)
class PeoplePage:
    """Some people of `found`; `page` of `pages`, the first is 1."""

    people: tuple[Member, ...]
    found: int
    page: int
    pages: int


def people_page(
    session: Session, course: Course, *, search: str, page: int, rows: int, former: bool = False
) -> PeoplePage:
    """A page of those whose name, email, number or section has the text: one statement."""
    part = FormerEnrolment if former else Enrolment
    chosen = formerly_of(course) if former else of_course(course)
    if search:
        texts = (User.name, User.email, part.section, part.student_number)
        chosen = chosen.where(sa.or_(*(text.icontains(search, autoescape=True) for text in texts)))
    staff_first = (part.role != Role.INSTRUCTOR, part.role != Role.GRADER)
    ordered = chosen.order_by(*staff_first, User.name, User.id)
    found = page_of_rows(session, ordered, page=page, rows=rows)
    return PeoplePage(tuple(map(member, found.rows)), found.found, found.page, found.pages)
