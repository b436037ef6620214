"""The site's courses, who has a role of the site, and what was done with both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp.audit.record import KINDS
from webapp.base.clock import local, now
from webapp.base.paging import Slice, page_of_rows
from webapp.models import AuditEntry, Course, Enrolment, Role, User

State = Literal["upcoming", "running", "archived"]


@dataclass(frozen=True)
class ListedCourse:
    """A course of the site; `role` is what whoever looks is in it, if anything."""

    slug: str
    title: str
    term: str
    state: State
    students: int
    role: Role | None = None


@dataclass(frozen=True)
class CourseFilters:
    """Which courses: with a text, archived or not, and only what somebody instructs."""

    search: str = ""
    archived: bool | None = None
    instructor_id: int | None = None


def state_of(time_zone: str, starts_on: date | None, archived_at: datetime | None) -> State:
    """Archived, or upcoming until its first day by its own clock; running otherwise."""
    if archived_at is not None:
        return "archived"
    upcoming = starts_on is not None and local(now(), time_zone).date() < starts_on
    return "upcoming" if upcoming else "running"


def listed_courses(
    session: Session, filters: CourseFilters, *, page: int, rows: int, viewer_id: int | None = None
) -> Slice:
    """A page of `ListedCourse`s, the newest first and archived ones last: one statement."""
    found = page_of_rows(session, _courses(filters, viewer_id), page=page, rows=rows)
    return Slice([_listed(row) for row in found.rows], found.found, found.page, found.pages)


def every_course(session: Session) -> list[ListedCourse]:
    """All of them in the same order: one statement."""
    return [_listed(row) for row in session.execute(_courses(CourseFilters(), None))]


def _courses(filters: CourseFilters, viewer_id: int | None) -> sa.Select[Any]:
    students = (
        sa.select(sa.func.count())
        .where(Enrolment.course_id == Course.id, Enrolment.role == Role.STUDENT)
        .correlate(Course)
        .scalar_subquery()
    )
    own = aliased(Enrolment)
    is_own = sa.and_(own.course_id == Course.id, own.user_id == viewer_id)
    return (
        sa.select(
            *(Course.slug, Course.title, Course.term),
            *(Course.time_zone, Course.starts_on, Course.archived_at),
            students.label("students"),
            own.role,
        )
        .outerjoin(own, is_own)
        .where(*_conditions(filters))
        .order_by(Course.archived_at.is_not(None), Course.id.desc())
    )


def _conditions(filters: CourseFilters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.search:
        texts = (Course.slug, Course.title, Course.term)
        matches = (text.icontains(filters.search, autoescape=True) for text in texts)
        found.append(sa.or_(*matches))
    if filters.archived is not None:
        found.append(Course.archived_at.is_not(None) == filters.archived)
    if filters.instructor_id is not None:
        instructed = sa.select(Enrolment.course_id).where(
            Enrolment.user_id == filters.instructor_id, Enrolment.role == Role.INSTRUCTOR
        )
        found.append(Course.id.in_(instructed))
    return found


def _listed(row: sa.Row[Any]) -> ListedCourse:
    state = state_of(row.time_zone, row.starts_on, row.archived_at)
    return ListedCourse(row.slug, row.title, row.term, state, row.students, row.role)


def user_by_email(session: Session, email: str) -> User | None:
    """Whose address it is."""
    return session.scalar(sa.select(User).where(User.email == email))


def people_of_site(session: Session) -> Sequence[User]:
    """Everyone with a role of the site, by name: administrators, and who may create courses."""
    return session.scalars(
        sa.select(User)
        .where(sa.or_(User.is_administrator, User.may_create_courses))
        .order_by(User.name, User.id)
    ).all()


def site_log(session: Session, *, page: int, rows: int) -> Slice:
    """What was done to the site, newest first: (entry, name of who did it, course)."""
    chosen = (
        sa.select(AuditEntry, User.name, Course.slug)
        .outerjoin(User, AuditEntry.actor_id == User.id)
        .outerjoin(Course, AuditEntry.course_id == Course.id)
        .where(AuditEntry.action.in_(KINDS["site"][1]))
        .order_by(AuditEntry.id.desc())
    )
    return page_of_rows(session, chosen, page=page, rows=rows)
