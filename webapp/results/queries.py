"""What the pages of a result look up beside the result itself."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Submission


def attempts_beside(session: Session, submission: Submission) -> list[Submission]:
    """All attempts of the same student at the same assignment, newest first."""
    rows = session.scalars(
        sa.select(Submission)
        .where(
            Submission.course_assignment_id == submission.course_assignment_id,
            Submission.user_id == submission.user_id,
        )
        .order_by(Submission.attempt.desc())
    )
    return list(rows)
