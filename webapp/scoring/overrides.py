"""Points that staff set by hand, kept beside what the checks gave.

An override outlives a regrade: it goes on counting, and is flagged until staff look at it again.
`adjustment` of a submission is what its overrides change, so that tables need no other query.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import (
    QuestionScore,
    Result,
    ScoreOverride,
    Submission,
    User,
)
from webapp.scoring.queries import current_questions

WHOLE = ""


def overrides_in(submission: Submission) -> sa.Select[ScoreOverride]:
    """The overrides of a submission."""
    return sa.select(ScoreOverride).where(ScoreOverride.submission_id == submission.id)


def graded_points(submission: Submission) -> float | None:
    """What the checks and staff's grades gave, overrides apart."""
    if submission.auto_score is None:
        return None
    return submission.auto_score + (submission.manual_score or 0.0)


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


def _recount(session: Session, submission: Submission) -> None:
    """Bring `adjustment` up to date with the overrides and the current result."""
    session.flush()
    points = {row.question: row.points for row in session.scalars(overrides_in(submission))}
    if not points:
        submission.adjustment = None
        return
    if WHOLE in points:
        submission.adjustment = points[WHOLE] - (graded_points(submission) or 0.0)
        return
    now_given = session.execute(
        current_questions(Result.submission_id == submission.id, QuestionScore.kind == "auto")
    )
    given = {row.question: row.score or 0.0 for row in now_given}
    # A question that the new checks no longer have keeps the points that staff gave.
    submission.adjustment = sum(points[name] - given.get(name, 0.0) for name in points)


def recount_among(session: Session, submission_ids: Collection[int]) -> None:
    """Bring `adjustment` up to date in those of many submissions that have overrides, or had."""
    overridden = Submission.id.in_(sa.select(ScoreOverride.submission_id))
    found = session.scalars(
        sa.select(Submission).where(
            Submission.id.in_(submission_ids),
            sa.or_(overridden, Submission.adjustment.is_not(None)),
        )
    )
    for submission in found.all():
        session.refresh(submission)
        _recount(session, submission)
    session.flush()
