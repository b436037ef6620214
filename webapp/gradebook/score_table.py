"""The score table, a page at a time: filtered, sorted and cut by the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.paging import page_of_rows
from webapp.courses.people import in_section
from webapp.gradebook.counting_attempts import Row, counting_attempts, fill_in
from webapp.models import (
    Course,
    CourseAssignment,
    Enrolment,
    Role,
    Submission,
    SubmissionState,
    User,
)

# What one may look for, and its words.
STATES_SOUGHT = {
    "missing": "nothing handed in",
    "late": "late",
    "waiting": "waits for staff",
    "rejected": "not accepted",
    "fault": "stopped by a fault of ours",
}
_TEXTS = {"name": User.name, "email": User.email, "section": Enrolment.section}


@dataclass(frozen=True)
class Filters:
    """Which students: by text, section, and the state of one assignment or of any."""

    search: str = ""
    section: str = ""
    state: str = ""
    assignment: CourseAssignment | None = None


@dataclass(frozen=True)
class Order:
    """Sorted by `name`, `email`, `section`, `total` or an assignment's number."""

    by: str = "name"
    descending: bool = False


@dataclass(frozen=True)
class TablePage:
    """Some rows of `found`; `page` of `pages`, the first is 1."""

    rows: tuple[Row, ...]
    found: int
    page: int
    pages: int


def table_page(
    session: Session,
    course: Course,
    assignments: Sequence[CourseAssignment],
    *,
    filters: Filters,
    order: Order,
    moment: datetime,
    page: int,
    rows: int,
) -> TablePage:
    """A page of the students that match, with the attempts that count: two statements."""
    chosen = _chosen(course, assignments, filters, order, moment)
    people = page_of_rows(session, chosen, page=page, rows=rows)
    shown = {row.id: Row(row.id, row.name, row.email, row.section) for row in people.rows}
    counting = counting_attempts(course.id, Submission.user_id.in_(list(shown)))
    fill_in(session, shown, counting)
    return TablePage(tuple(shown.values()), people.found, people.page, people.pages)


def _chosen(
    course: Course,
    assignments: Sequence[CourseAssignment],
    filters: Filters,
    order: Order,
    moment: datetime,
) -> sa.Select[int, str, str, str]:
    sought = [filters.assignment] if filters.assignment else _opened(assignments, moment)
    marks = _marks(course, sought, int(order.by) if order.by.isdecimal() else None)
    needed = filters.state in STATES_SOUGHT or order.by not in _TEXTS
    statement = (
        sa.select(User.id, User.name, User.email, Enrolment.section)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course.id, Enrolment.role == Role.STUDENT)
    )
    if needed:
        statement = statement.outerjoin(marks, marks.c.user_id == User.id)
    for condition in _conditions(filters, marks, len(sought)):
        statement = statement.where(condition)
    return statement.order_by(*_order(order, marks), User.name, User.id)


def _opened(assignments: Sequence[CourseAssignment], moment: datetime) -> list[CourseAssignment]:
    """What students can have handed in by now."""
    return [item for item in assignments if item.opens_at is None or item.opens_at <= moment]


def _marks(course: Course, sought: Sequence[CourseAssignment], sort_id: int | None) -> sa.Subquery:
    """Per student: the total, the score to sort by, how many of the sought are in each state."""
    counting = counting_attempts(course.id, how_many=False)
    column = counting.c
    among = column.course_assignment_id.in_([item.id for item in sought])
    states = {
        "handed_in": sa.true(),
        "late": column.late,
        "waiting": column.ungraded > 0,
        "rejected": column.state == SubmissionState.REJECTED,
        "fault": column.state == SubmissionState.FAULT,
    }
    counted = [
        sa.func.sum(sa.case((sa.and_(among, test), 1), else_=0)).label(name)
        for name, test in states.items()
    ]
    chosen = sa.case((column.course_assignment_id == sort_id, column.score))
    return (
        sa.select(
            column.user_id,
            sa.func.sum(column.weighed).label("total"),
            sa.func.max(chosen).label("chosen"),
            *counted,
        )
        .group_by(column.user_id)
        .subquery()
    )


def _conditions(filters: Filters, marks: sa.Subquery, sought: int) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.search:
        text = filters.search
        found.append(
            sa.or_(
                User.name.icontains(text, autoescape=True),
                User.email.icontains(text, autoescape=True),
                in_section(text),
            )
        )
    if filters.section:
        found.append(in_section(filters.section))
    if filters.state == "missing":
        found.append(sa.func.coalesce(marks.c.handed_in, 0) < sought)
    elif filters.state in STATES_SOUGHT:
        found.append(marks.c[filters.state] > 0)
    return found


def _order(order: Order, marks: sa.Subquery) -> list[sa.ColumnElement[Any]]:
    """Names as people sort them; scores with those who have none last."""
    if order.by in _TEXTS:
        by: sa.ColumnElement[Any] = sa.func.lower(_TEXTS[order.by])
        return [by.desc() if order.descending else by]
    by = marks.c.chosen
    if order.by == "total":
        by = sa.func.coalesce(marks.c.total, 0.0)
    return [by.is_(None), by.desc() if order.descending else by]
