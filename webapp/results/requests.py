"""Regrade requests as they are found and listed; what is done about them is an operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from webapp.base.clock import now
from webapp.base.paging import nearest_page, page_count
from webapp.models import (
    Course,
    CourseAssignment,
    QuestionScore,
    RegradeRequest,
    RequestState,
    Result,
    Submission,
    User,
)

LONGEST_TEXT = 2000
_NEWS = timedelta(days=14)


def of_submission(session: Session, submission: Submission) -> dict[str, list[RegradeRequest]]:
    """A submission's requests by question, newest first."""
    found: dict[str, list[RegradeRequest]] = {}
    rows = session.scalars(
        sa.select(RegradeRequest)
        .options(joinedload(RegradeRequest.answered_by))
        .where(RegradeRequest.submission_id == submission.id)
        .order_by(RegradeRequest.id.desc())
    )
    for row in rows:
        found.setdefault(row.question, []).append(row)
    return found


def of_student(session: Session, course: Course, user_id: int) -> Sequence[RegradeRequest]:
    """Someone's requests in a course, newest first."""
    return session.scalars(_in_course(course).where(RegradeRequest.user_id == user_id)).all()


def news_of(session: Session, course: Course, user_id: int) -> Sequence[RegradeRequest]:
    """What a student still waits for, and what was answered lately."""
    recent = sa.or_(
        RegradeRequest.state == RequestState.OPEN, RegradeRequest.answered_at > now() - _NEWS
    )
    mine = _in_course(course).where(RegradeRequest.user_id == user_id, recent)
    return session.scalars(mine.limit(20)).all()


def _in_course(course: Course) -> sa.Select[RegradeRequest]:
    return (
        sa.select(RegradeRequest)
        .join(RegradeRequest.course_assignment)
        .join(RegradeRequest.user)
        .options(
            contains_eager(RegradeRequest.course_assignment),
            contains_eager(RegradeRequest.user),
            joinedload(RegradeRequest.submission),
            joinedload(RegradeRequest.answered_by),
        )
        .where(CourseAssignment.course_id == course.id)
        .order_by(RegradeRequest.state != RequestState.OPEN, RegradeRequest.id.desc())
    )


def request_in(session: Session, course: Course, request_id: int) -> RegradeRequest | None:
    """A request of the course."""
    return session.scalar(_in_course(course).where(RegradeRequest.id == request_id))


@dataclass(frozen=True)
class RequestPage:
    """Some requests of `found`, each with its question's points; `page` of `pages`."""

    requests: tuple[RegradeRequest, ...]
    points: dict[int, QuestionScore]
    found: int
    page: int
    pages: int


def page_of(
    session: Session,
    course: Course,
    *,
    state: str,
    assignment: str,
    search: str,
    page: int,
    rows: int,
) -> RequestPage:
    """The course's requests that match, in pages: three statements."""
    statement = _in_course(course)
    if state in set(RequestState):
        statement = statement.where(RegradeRequest.state == RequestState(state))
    if assignment:
        statement = statement.where(CourseAssignment.assignment == assignment)
    if search:
        named = (column.icontains(search, autoescape=True) for column in (User.name, User.email))
        statement = statement.where(sa.or_(*named))
    numbers = statement.with_only_columns(RegradeRequest.id).order_by(None).subquery()
    found = session.scalar(sa.select(sa.func.count()).select_from(numbers)) or 0
    pages = page_count(found, rows)
    page = nearest_page(page, pages)
    shown = session.scalars(statement.limit(rows).offset((page - 1) * rows)).all()
    return RequestPage(tuple(shown), _points(session, shown), found, page, pages)


def _points(session: Session, shown: Sequence[RegradeRequest]) -> dict[int, QuestionScore]:
    """What the checks give now, by request."""
    rows = session.execute(
        sa.select(RegradeRequest.id, QuestionScore)
        .join(Result, Result.submission_id == RegradeRequest.submission_id)
        .join(QuestionScore, QuestionScore.result_id == Result.id)
        .where(
            RegradeRequest.id.in_([request.id for request in shown]),
            Result.current.is_(True),
            QuestionScore.question == RegradeRequest.question,
        )
    )
    return {row[0]: row[1] for row in rows}
