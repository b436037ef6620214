"""What a submission scored, now and before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Regrade, RegradeState, Result, Submission


@dataclass(frozen=True)
class Earlier:
    """A result of a submission that counts or did: when, by which version, and its points."""

    at: datetime
    grader_version: str
    score: float | None
    max_score: float
    current: bool
    published_at: datetime | None


def history(session: Session, submission: Submission) -> list[Earlier]:
    """The results of a submission that students may know of, newest first."""
    rows = session.execute(
        sa.select(
            Result.created_at,
            Result.grader_version,
            Result.score,
            Result.max_score,
            Result.current,
            Regrade.closed_at,
        )
        .outerjoin(Regrade, Result.regrade_id == Regrade.id)
        .where(
            Result.submission_id == submission.id,
            sa.or_(Result.regrade_id.is_(None), Regrade.state == RegradeState.PUBLISHED),
        )
        .order_by(Result.id.desc())
    )
    return [Earlier(*row) for row in rows]
