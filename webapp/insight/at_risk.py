"""Who may not pass: students who miss much of what is due by now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.paging import page_of_rows
from webapp.gradebook.counting_attempts import counting_attempts
from webapp.models import Course, CourseAssignment, Enrolment, Extension, Role, Submission, User

MISSING_AT_RISK = 2
SHARE_AT_RISK = 0.5


@dataclass(frozen=True)
class AtRisk:
    """A student who may not pass: what is missing of what was `due`, and the points."""

    user_id: int
    name: str
    section: str
    missing: int
    due: int
    points: float


@dataclass(frozen=True)
class RiskList:
    """Who is at risk of `found` students, a page of them; `possible` points were due so far."""

    students: tuple[AtRisk, ...]
    found: int
    page: int
    pages: int
    due: int
    possible: float


def at_risk(
    session: Session,
    course: Course,
    assignments: Sequence[CourseAssignment],
    *,
    moment: datetime,
    page: int,
    rows: int,
) -> RiskList:
    """Students with at least two due assignments missing, or under half of the points due so far.

    Points are those in the total; what adds nothing to it is not due. Where an extension still
    runs, nothing is due yet. Those with the fewest points come first.
    """
    due = [item for item in assignments if item.due_at and item.due_at < moment and item.in_total]
    if not due:
        return RiskList((), 0, 1, 1, 0, 0.0)
    chosen = _at_risk(course, [item.id for item in due], moment)
    found = page_of_rows(session, chosen, page=page, rows=rows)
    students = tuple(
        AtRisk(row.id, row.name, row.section, row.due - row.handed_in, row.due, row.points)
        for row in found.rows
    )
    possible = sum(item.in_total for item in due)
    return RiskList(students, found.found, found.page, found.pages, len(due), possible)


def _at_risk(course: Course, due: list[int], moment: datetime) -> sa.Select[Any]:
    owed = _owed(course, due, moment)
    counting = counting_attempts(
        course.id, Submission.course_assignment_id.in_(due), how_many=False
    )
    handed_in = sa.func.count(counting.c.id)
    points = sa.func.coalesce(sa.func.sum(counting.c.weighed), 0.0)
    missing = sa.func.count() - handed_in
    return (
        sa.select(
            User.id,
            User.name,
            owed.c.section,
            handed_in.label("handed_in"),
            sa.func.count().label("due"),
            points.label("points"),
        )
        .join(owed, owed.c.user_id == User.id)
        .outerjoin(
            counting,
            sa.and_(
                counting.c.user_id == owed.c.user_id,
                counting.c.course_assignment_id == owed.c.assignment_id,
            ),
        )
        .group_by(User.id, User.name, owed.c.section)
        .having(
            sa.or_(missing >= MISSING_AT_RISK, points < SHARE_AT_RISK * sa.func.sum(owed.c.points))
        )
        .order_by(points, User.name, User.id)
    )


def _owed(course: Course, due: list[int], moment: datetime) -> sa.Subquery:
    """What each student owes by now: the due assignments but those with an extension that runs."""
    still_running = sa.and_(
        Extension.course_assignment_id == CourseAssignment.id,
        Extension.user_id == Enrolment.user_id,
        Extension.due_at > moment,
    )
    return (
        sa.select(
            Enrolment.user_id,
            Enrolment.section,
            CourseAssignment.id.label("assignment_id"),
            CourseAssignment.in_total.label("points"),
        )
        .join(CourseAssignment, CourseAssignment.course_id == Enrolment.course_id)
        .outerjoin(Extension, still_running)
        .where(
            Enrolment.course_id == course.id,
            Enrolment.role == Role.STUDENT,
            CourseAssignment.id.in_(due),
            Extension.id.is_(None),
        )
        .subquery()
    )
