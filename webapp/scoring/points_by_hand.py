"""Points that staff give: a written answer's, and such as count instead of what the checks gave.

What is done here belongs to a larger change: whoever calls it writes the line in the log and
commits.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.numbers import as_given
from webapp.base.reasons import NoReason, read_reason
from webapp.models import ManualGrade, Result, ScoreOverride, Submission
from webapp.scoring import counting, tallies
from webapp.scoring.overrides import WHOLE, graded_points, overrides_in
from webapp.scoring.queries import MANUAL, question_of

_READER, _LONGEST_REASON = "the student and the log read it", 2000


class OverrideRefused(Exception):
    """The points cannot be set: one sentence."""


def refuse_points(points: float, most: float) -> None:
    """Raise OverrideRefused for points that a question cannot have."""
    if not 0 <= points <= most:
        raise OverrideRefused(
            f"The points are {as_given(points)!r}, expected a number from 0 to {most:g}."
        )


def set_manual_grade(
    session: Session,
    submission: Submission,
    *,
    question: str,
    points: float,
    comment: str | None,
    grader_id: int,
) -> ManualGrade:
    """Give, or change, staff's points for a written answer; without a comment the earlier stays."""
    _lock(session, submission)
    grade = session.scalar(
        sa.select(ManualGrade).where(
            ManualGrade.submission_id == submission.id, ManualGrade.question == question
        )
    )
    if grade is None:
        grade = ManualGrade(submission_id=submission.id, question=question, comment="")
        session.add(grade)
    grade.points = float(points)
    if comment is not None:
        grade.comment = comment
    grade.grader_id = grader_id
    tallies.bring_up_to_date(session, submission.course_assignment, [submission.id])
    return grade


def set_override(
    session: Session,
    submission: Submission,
    *,
    question: str,
    points: float,
    reason: str,
    actor_id: int,
) -> ScoreOverride:
    """Let `points` count instead of what the checks gave.

    Raises OverrideRefused where there is no such question, and for wrong points or no reason.
    """
    _lock(session, submission)
    found = _automatic(session, submission, question)
    if found is None:
        raise OverrideRefused("The checks do not grade this question, so its points are no others.")
    refuse_points(points, found.most)
    why = _reason(reason)
    override = _override(session, submission, question)
    if override is None:
        override = ScoreOverride(submission_id=submission.id, question=question)
        session.add(override)
    override.points, override.reason, override.set_by_id = float(points), why, actor_id
    override.automatic, override.result_id = found.points, found.result_id
    override.set_at = now()
    tallies.bring_up_to_date(session, submission.course_assignment, [submission.id])
    return override


def remove_override(session: Session, submission: Submission, question: str) -> ScoreOverride:
    """Let the checks' points count again; what was removed. Raises OverrideRefused."""
    _lock(session, submission)
    override = _override(session, submission, question)
    if override is None:
        raise OverrideRefused("There are no points set by hand to remove.")
    session.delete(override)
    tallies.bring_up_to_date(session, submission.course_assignment, [submission.id])
    return override


def _lock(session: Session, submission: Submission) -> None:
    counting.lock_students(session, [submission.id])
    session.refresh(submission, with_for_update=True)


def _override(session: Session, submission: Submission, question: str) -> ScoreOverride | None:
    return session.scalar(overrides_in(submission).where(ScoreOverride.question == question))


@dataclass(frozen=True)
class _Automatic:
    """What the checks give now for a question, or for the whole with no question."""

    result_id: int | None
    points: float | None
    most: float


def _automatic(session: Session, submission: Submission, question: str) -> _Automatic | None:
    """What the current result says, or None where it has no such automatic question."""
    result_id = session.scalar(
        sa.select(Result.id).where(Result.submission_id == submission.id, Result.current.is_(True))
    )
    if question == WHOLE:
        most = submission.course_assignment.points
        return _Automatic(result_id, graded_points(submission), most)
    found = question_of(session, submission, question)
    if found is None or found.kind == MANUAL:
        return None
    return _Automatic(result_id, found.score, found.most)


def _reason(text: str) -> str:
    """Why, for the student and the log; raises OverrideRefused with a sentence."""
    try:
        return read_reason(text, reader=_READER, most=_LONGEST_REASON, lines=True)
    except NoReason as error:
        raise OverrideRefused(str(error)) from None
