"""What somebody does about a result: ask for another look, answer, give points, keep a reply."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.audit.record import record
from webapp.base.clock import now
from webapp.base.comments import why_too_long
from webapp.base.database import change
from webapp.base.numbers import as_given
from webapp.models import (
    Course,
    Enrolment,
    MessageTemplate,
    RegradeRequest,
    RequestState,
    Submission,
)
from webapp.results import kept_replies
from webapp.results.requests import LONGEST_TEXT
from webapp.scoring import points_by_hand
from webapp.scoring.points_by_hand import OverrideRefused, refuse_points
from webapp.scoring.queries import question_of, written_question_of
from webapp.visibility import sight


class RequestRefused(Exception):
    """A request cannot be made or answered: one sentence."""


class GradeRefused(ValueError):
    """Points or a comment that cannot be kept: one sentence."""


class NoSuchQuestion(LookupError):
    """The result has no such question that staff give points."""


class ReplyRefused(Exception):
    """A reply that cannot be kept: one sentence."""


def ask_again(
    session: Session, submission: Submission, *, question: str, reason: str
) -> RegradeRequest:
    """Ask staff to look at a question of one's own attempt again. Raises RequestRefused."""
    try:
        with change(session):
            text = _text(reason, "Say what staff should look at again.")
            return _ask(session, submission, question, text)
    except IntegrityError:
        raise RequestRefused(
            "A request of yours for this question is open already: staff will answer it."
        ) from None


def _ask(session: Session, submission: Submission, question: str, reason: str) -> RegradeRequest:
    if not sight.sight_of(session, submission.course_assignment, submission.user_id).open:
        raise RequestRefused("Results are held back still: ask once you can read yours.")
    if question_of(session, submission, question) is None:
        raise RequestRefused("This attempt has no result for that question yet.")
    request = RegradeRequest(
        course_assignment_id=submission.course_assignment_id,
        user_id=submission.user_id,
        submission_id=submission.id,
        question=question,
        reason=reason,
    )
    session.add(request)
    return request


@dataclass(frozen=True)
class Answer:
    """What staff say to a request; `points` are set where there are any."""

    state: RequestState
    reply: str
    points: float | None = None


def answer_request(
    session: Session, actor: Enrolment, request: RegradeRequest, given: Answer
) -> None:
    """Close an open request, and set points if staff gave any. Raises RequestRefused."""
    with change(session):
        close_request(session, request, given, actor_id=actor.user_id)
        detail = {
            "question": request.question,
            "answer": str(request.state),
            "reason": request.reply,
        }
        if given.points is not None:
            detail["points"] = as_given(given.points)
        subject = f"submission {request.submission_id}"
        record(session, actor, "answer regrade request", subject=subject, **detail)


def close_request(
    session: Session, request: RegradeRequest, given: Answer, *, actor_id: int
) -> None:
    """The same without a line in the log, as sample data needs it; the caller commits."""
    reply = _text(given.reply, "Write a reply: the student reads it.")
    if given.points is not None and given.state != RequestState.ACCEPTED:
        raise RequestRefused("Points are set only with a request that is accepted.")
    closed = session.execute(
        sa.update(RegradeRequest)
        .where(RegradeRequest.id == request.id, RegradeRequest.state == RequestState.OPEN)
        .values(state=given.state, reply=reply, answered_at=now(), answered_by_id=actor_id)
        .execution_options(synchronize_session=False)
    )
    if not closed.rowcount:  # type: ignore[attr-defined]
        raise RequestRefused("This request was answered already.")
    if given.points is not None:
        try:
            _set_points(session, request, given.points, reply, actor_id)
        except OverrideRefused as error:
            raise RequestRefused(str(error)) from None
    session.refresh(request)


def _set_points(
    session: Session, request: RegradeRequest, points: float, reply: str, actor_id: int
) -> None:
    """A written answer gets staff's grade; what the checks grade gets an override."""
    submission, question = request.submission, request.question
    found = written_question_of(session, submission, question)
    if found is None:
        points_by_hand.set_override(
            session, submission, question=question, points=points, reason=reply, actor_id=actor_id
        )
        return
    refuse_points(points, found.most)
    points_by_hand.set_manual_grade(
        session, submission, question=question, points=points, comment=None, grader_id=actor_id
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


def give_points(
    session: Session,
    actor: Enrolment,
    submission: Submission,
    *,
    question: str,
    points: float,
    comment: str,
) -> float:
    """Give a written answer's points by hand; the most that it is worth.

    Raises GradeRefused, and NoSuchQuestion.
    """
    with change(session):
        found = written_question_of(session, submission, question)
        if found is None:
            raise NoSuchQuestion(question)
        _check_grade(points, found.most, comment)
        points_by_hand.set_manual_grade(
            session,
            submission,
            question=question,
            points=points,
            comment=comment,
            grader_id=actor.user_id,
        )
        record(
            session,
            actor,
            "grade written answer",
            subject=f"submission {submission.id}",
            question=question,
            points=float(points),
        )
    return found.most


def _check_grade(points: float, most: float, comment: str) -> None:
    try:
        refuse_points(points, most)
    except OverrideRefused as error:
        raise GradeRefused(str(error)) from None
    if sentence := why_too_long(comment):
        raise GradeRefused(sentence)


@dataclass(frozen=True)
class Overridden:
    """Points set by hand for a question, or the whole with none, and what the checks gave."""

    question: str
    points: float
    automatic: float | None


def override_score(
    session: Session,
    actor: Enrolment,
    submission: Submission,
    *,
    question: str,
    points: float,
    reason: str,
) -> Overridden:
    """Let staff's points count for a question, or for the whole with none.

    Raises OverrideRefused.
    """
    with change(session):
        row = points_by_hand.set_override(
            session,
            submission,
            question=question,
            points=points,
            reason=reason,
            actor_id=actor.user_id,
        )
        made = Overridden(row.question, row.points, row.automatic)
        record(
            session,
            actor,
            "override score",
            subject=f"submission {submission.id}",
            question=question or "whole attempt",
            before=made.automatic,
            points=made.points,
            reason=row.reason,
        )
    return made


def remove_override(
    session: Session, actor: Enrolment, submission: Submission, *, question: str
) -> Overridden:
    """Let what the checks gave count again. Raises OverrideRefused where nothing else does."""
    with change(session):
        row = points_by_hand.remove_override(session, submission, question)
        removed = Overridden(row.question, row.points, row.automatic)
        record(
            session,
            actor,
            "remove override",
            subject=f"submission {submission.id}",
            question=question or "whole attempt",
            points=removed.points,
        )
    return removed


def keep_reply(session: Session, course: Course, *, title: str, text: str) -> None:
    """Keep a reply that is written often. Raises ReplyRefused."""
    with change(session):
        if sentence := kept_replies.refusal(session, course, title, text):
            raise ReplyRefused(sentence)
        session.add(MessageTemplate(course_id=course.id, title=title, text=text))


def forget_reply(session: Session, course: Course, reply_id: int) -> bool:
    """Forget a reply of the course; False where there is none."""
    with change(session):
        gone = session.execute(
            sa.delete(MessageTemplate).where(
                MessageTemplate.id == reply_id, MessageTemplate.course_id == course.id
            )
        )
        return bool(gone.rowcount)  # type: ignore[attr-defined]
