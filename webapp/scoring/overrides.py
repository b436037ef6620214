"""Points that staff set by hand, kept beside what the checks gave.

An override outlives a regrade: it goes on counting, and is flagged until staff look at it again.
`adjustment` of a submission is what its overrides change, so that tables need no other query.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.reasons import NoReason, read_reason
from webapp.models import (
    QuestionScore,
    Result,
    ScoreOverride,
    Submission,
    User,
)
from webapp.scoring import counting

_READER, _LONGEST_REASON = "the student and the log read it", 2000
WHOLE = ""


class OverrideRefused(Exception):
    """The points cannot be set: one sentence."""


@dataclass(frozen=True)
class Automatic:
    """What the checks give now for a question, or for the whole with no question."""

    result_id: int | None
    points: float | None
    most: float


def automatic(session: Session, submission: Submission, question: str) -> Automatic | None:
    """What the current result says, or None where it has no such automatic question."""
    result = session.scalar(
        sa.select(Result).where(Result.submission_id == submission.id, Result.current.is_(True))
    )
    result_id = None if result is None else result.id
    if question == WHOLE:
        return Automatic(result_id, _graded(submission), submission.course_assignment.points)
    row = session.execute(
        sa.select(QuestionScore.score, QuestionScore.max_score).where(
            QuestionScore.result_id == result_id,
            QuestionScore.question == question,
            QuestionScore.kind == "auto",
        )
    ).first()
    return None if row is None else Automatic(result_id, row.score, row.max_score)


def _graded(submission: Submission) -> float | None:
    if submission.auto_score is None:
        return None
    return submission.auto_score + (submission.manual_score or 0.0)


def read_points(text: str, most: float) -> float:
    """The points that a form holds; raises OverrideRefused with a sentence."""
    try:
        points = float(text)
    except ValueError:
        points = math.nan
    if not 0 <= points <= most:
        raise OverrideRefused(f"The points are {text!r}, expected a number from 0 to {most:g}.")
    return points


def _read_why(text: str) -> str:
    """Why, for the student and the log; raises OverrideRefused with a sentence."""
    try:
        return read_reason(text, reader=_READER, most=_LONGEST_REASON, lines=True)
    except NoReason as error:
        raise OverrideRefused(str(error)) from None


def set_points(
    session: Session,
    submission: Submission,
    *,
    question: str,
    points: str,
    reason: str,
    actor_id: int,
) -> ScoreOverride:
    """Let `points` count instead of what the checks gave; the caller commits.

    Raises OverrideRefused where there is no such question, and for wrong points or no reason.
    """
    counting.lock_students(session, [submission.id])
    session.refresh(submission, with_for_update=True)
    found = automatic(session, submission, question)
    if found is None:
        raise OverrideRefused("The checks do not grade this question, so its points are no others.")
    given, why = read_points(points, found.most), _read_why(reason)
    override = session.scalar(_of(submission).where(ScoreOverride.question == question))
    if override is None:
        override = ScoreOverride(submission_id=submission.id, question=question)
        session.add(override)
    override.points, override.reason, override.set_by_id = given, why, actor_id
    override.automatic, override.result_id = found.points, found.result_id
    override.set_at = now()
    recount(session, submission)
    counting.recount_submission(session, submission)
    return override


def remove(session: Session, submission: Submission, question: str) -> ScoreOverride | None:
    """Let the checks' points count again; what was removed, if anything. The caller commits."""
    counting.lock_students(session, [submission.id])
    session.refresh(submission, with_for_update=True)
    override = session.scalar(_of(submission).where(ScoreOverride.question == question))
    if override is not None:
        session.delete(override)
        recount(session, submission)
        counting.recount_submission(session, submission)
    return override


def _of(submission: Submission) -> sa.Select[ScoreOverride]:
    return sa.select(ScoreOverride).where(ScoreOverride.submission_id == submission.id)


@dataclass(frozen=True)
class Shown:
    """An override as pages show it; `flagged` when a regrade has come after it."""

    points: float
    reason: str
    set_by: str
    set_at: datetime
    automatic: float | None
    flagged: bool


def overrides_of(session: Session, submission: Submission) -> dict[str, Shown]:
    """A submission's overrides by question."""
    current = sa.and_(Result.submission_id == ScoreOverride.submission_id, Result.current.is_(True))
    rows = session.execute(
        sa.select(ScoreOverride, User.name, Result.id)
        .join(User, ScoreOverride.set_by_id == User.id)
        .outerjoin(Result, current)
        .where(ScoreOverride.submission_id == submission.id)
    )
    return {
        row.question: Shown(
            row.points,
            row.reason,
            name,
            row.set_at,
            automatic=row.automatic,
            flagged=row.result_id != result_id,
        )
        for row, name, result_id in rows
    }


def recount(session: Session, submission: Submission) -> None:
    """Bring `adjustment` up to date with the overrides and the current result."""
    session.flush()
    points = {row.question: row.points for row in session.scalars(_of(submission))}
    if not points:
        submission.adjustment = None
        return
    if WHOLE in points:
        submission.adjustment = points[WHOLE] - (_graded(submission) or 0.0)
        return
    scores = session.execute(
        sa.select(QuestionScore.question, QuestionScore.score)
        .join(Result, QuestionScore.result_id == Result.id)
        .where(
            Result.submission_id == submission.id,
            Result.current.is_(True),
            QuestionScore.kind == "auto",
        )
    )
    given = {row.question: row.score or 0.0 for row in scores}
    # A question that the new checks no longer have keeps the points that staff gave.
    submission.adjustment = sum(points[name] - given.get(name, 0.0) for name in points)


def recount_among(session: Session, submission_ids: Collection[int]) -> None:
    """The same for those of many submissions that have overrides."""
    overridden = sa.select(ScoreOverride.submission_id)
    found = session.scalars(
        sa.select(Submission).where(
            Submission.id.in_(submission_ids), Submission.id.in_(overridden)
        )
    )
    for submission in found.all():
        session.refresh(submission)
        recount(session, submission)
    session.flush()
