"""Sample regrade requests: one that waits, one that was accepted with points, one declined."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import (
    Course,
    CourseAssignment,
    MessageTemplate,
    QuestionScore,
    RegradeRequest,
    RequestState,
    Result,
    Submission,
    User,
)
from webapp.results.operations import Answer, ask_again, close_request

_REASONS = (
    "My function gives the same numbers as the formula in the lecture when I try it by hand. "
    "Could somebody look at the shape that the check expects?",
    "I named the argument as in the book. Everything else should be right.",
    "I ran out of time on Wednesday. May this count as full marks?",
)
_KEPT = ("Read the hint", "Read the hint of the check that failed, then try again.")


def ensure_requests(session: Session, course: Course, students: list[User], grader: User) -> None:
    """Requests of a few students, once."""
    known = sa.select(MessageTemplate.id).where(MessageTemplate.course_id == course.id)
    if session.scalar(known.limit(1)):
        return
    session.add(MessageTemplate(course_id=course.id, title=_KEPT[0], text=_KEPT[1]))
    session.commit()
    asked = [
        ask_again(session, row.Submission, question=row.question, reason=reason)
        for row, reason in zip(_lost(session, course, students[2:8]), _REASONS, strict=False)
    ]
    for request, given in zip(asked[1:], _answers(session, asked[1:]), strict=False):
        close_request(session, request, given, actor_id=grader.id)
    session.commit()


def _answers(session: Session, asked: list[RegradeRequest]) -> list[Answer]:
    if not asked:
        return []
    most = session.scalar(
        sa.select(sa.func.max(QuestionScore.max_score))
        .join(Result, QuestionScore.result_id == Result.id)
        .where(
            Result.submission_id == asked[0].submission_id,
            QuestionScore.question == asked[0].question,
        )
    )
    half = (most or 0) / 2
    return [
        Answer(RequestState.ACCEPTED, "You are right: half of the points are yours.", half),
        Answer(RequestState.DECLINED, "Late work is taken, but points are for what works."),
    ]


def _lost(session: Session, course: Course, students: list[User]) -> list[Any]:
    """One question a student that has no points, in the newest attempt that has one."""
    rows = session.execute(
        sa.select(Submission, QuestionScore.question)
        .join(Result, sa.and_(Result.submission_id == Submission.id, Result.current.is_(True)))
        .join(QuestionScore, QuestionScore.result_id == Result.id)
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .where(
            CourseAssignment.course_id == course.id,
            Submission.user_id.in_([student.id for student in students]),
            QuestionScore.kind == "auto",
            QuestionScore.score == 0,
        )
        .order_by(Submission.user_id, Submission.attempt.desc(), QuestionScore.position)
    )
    first: dict[int, Any] = {}
    for row in rows:
        first.setdefault(row.Submission.user_id, row)
    return list(first.values())
