"""Regrade requests: a student asks for one question, staff answer, and may set its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload

from webapp.base.clock import now
from webapp.base.paging import pages_of, within
from webapp.models import (
    Course,
    CourseAssignment,
    ManualGrade,
    QuestionScore,
    RegradeRequest,
    RequestState,
    Result,
    Submission,
    User,
)
from webapp.scoring import overrides, points_by_hand
from webapp.visibility import sight

LONGEST_TEXT = 2000
_NEWS = timedelta(days=14)


class RequestRefused(Exception):
    """A request cannot be made or answered: one sentence."""


@dataclass(frozen=True)
class Answer:
    """What staff say to a request; `points`, as typed, are set when there are any."""

    state: RequestState
    reply: str
    points: str = ""


def ask(session: Session, submission: Submission, question: str, reason: str) -> RegradeRequest:
    """Ask staff to look at a question again; commits."""
    reason = _text(reason, "Say what staff should look at again.")
    if not sight.sight_of(session, submission.course_assignment, submission.user_id).open:
        raise RequestRefused("Results are held back still: ask once you can read yours.")
    if _kind(session, submission, question) is None:
        raise RequestRefused("This attempt has no result for that question yet.")
    request = RegradeRequest(
        course_assignment_id=submission.course_assignment_id,
        user_id=submission.user_id,
        submission_id=submission.id,
        question=question,
        reason=reason,
    )
    session.add(request)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        raise RequestRefused(
            "A request of yours for this question is open already: staff will answer it."
        ) from None
    return request


def answer(session: Session, request: RegradeRequest, given: Answer, *, actor_id: int) -> None:
    """Close an open request, and set points if staff gave any; the caller commits."""
    reply = _text(given.reply, "Write a reply: the student reads it.")
    if given.points and given.state != RequestState.ACCEPTED:
        raise RequestRefused("Points are set only with a request that is accepted.")
    closed = session.execute(
        sa.update(RegradeRequest)
        .where(RegradeRequest.id == request.id, RegradeRequest.state == RequestState.OPEN)
        .values(state=given.state, reply=reply, answered_at=now(), answered_by_id=actor_id)
        .execution_options(synchronize_session=False)
    )
    if not closed.rowcount:  # type: ignore[attr-defined]
        raise RequestRefused("This request was answered already.")
    if given.points:
        _set_points(session, request, given.points, reply, actor_id)
    session.refresh(request)


def _set_points(
    session: Session, request: RegradeRequest, points: str, reply: str, actor_id: int
) -> None:
    """A written answer gets staff's grade; what the checks grade gets an override."""
    submission, question = request.submission, request.question
    try:
        if _kind(session, submission, question) != "manual":
            overrides.set_points(
                session,
                submission,
                question=question,
                points=points,
                reason=reply,
                actor_id=actor_id,
            )
            return
        given = overrides.read_points(points, _most(session, submission, question))
    except overrides.OverrideRefused as error:
        raise RequestRefused(str(error)) from None
    earlier = session.scalar(
        sa.select(ManualGrade.comment).where(
            ManualGrade.submission_id == submission.id, ManualGrade.question == question
        )
    )
    points_by_hand.set_manual_grade(
        session,
        submission,
        question=question,
        points=given,
        comment=earlier or "",
        grader_id=actor_id,
    )


def _text(text: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise RequestRefused(missing)
    if len(text) > LONGEST_TEXT:
        raise RequestRefused(
            f"The text has {len(text)} characters, expected at most {LONGEST_TEXT}."
        )
    return text


def _question(submission: Submission, question: str) -> sa.Select[str, float]:
    return (
        sa.select(QuestionScore.kind, QuestionScore.max_score)
        .join(Result, QuestionScore.result_id == Result.id)
        .where(
            Result.submission_id == submission.id,
            Result.current.is_(True),
            QuestionScore.question == question,
        )
    )


def _kind(session: Session, submission: Submission, question: str) -> str | None:
    row = session.execute(_question(submission, question)).first()
    return None if row is None else row.kind


def _most(session: Session, submission: Submission, question: str) -> float:
    return session.execute(_question(submission, question)).one().max_score


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
    pages = pages_of(found, rows)
    page = within(page, pages)
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
