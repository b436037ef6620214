"""What results and staff's grades add up to, written into submissions: many in one statement."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.results import Status
from webapp.models import ManualGrade, QuestionScore, Result, Submission, SubmissionState

_CURRENT = sa.and_(Result.submission_id == Submission.id, Result.current.is_(True))
_GRADED = sa.and_(
    ManualGrade.submission_id == Submission.id, ManualGrade.question == QuestionScore.question
)


def count_manual(session: Session, submission_ids: Collection[int]) -> None:
    """Bring points for written answers, and how many wait for staff, up to date."""
    _write(session, submission_ids, _manual())


def count_all(session: Session, submission_ids: Collection[int]) -> None:
    """Let submissions say what their current results and staff's grades say."""
    rejected = sa.select(Result.status == Status.REJECTED).where(_CURRENT).scalar_subquery()
    automatic = _questions(sa.func.coalesce(sa.func.sum(QuestionScore.score), 0.0), "auto")
    state = sa.case((rejected, SubmissionState.REJECTED.value), else_=SubmissionState.GRADED.value)
    auto_score = sa.case((rejected, sa.null()), else_=automatic)
    _write(session, submission_ids, {"state": state, "auto_score": auto_score, **_manual()})


def _manual() -> dict[str, Any]:
    asked = _questions(sa.func.count(), "manual")
    answered = _questions(sa.func.count(), "manual", _GRADED)
    return {
        "manual_score": _questions(sa.func.sum(ManualGrade.points), "manual", _GRADED),
        "ungraded": asked - answered,
    }


def _write(session: Session, submission_ids: Collection[int], values: dict[str, Any]) -> None:
    session.flush()
    session.execute(
        sa.update(Submission)
        .where(Submission.id.in_(submission_ids))
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _questions(
    value: Any, kind: str, graded: sa.ColumnElement[bool] | None = None
) -> sa.ScalarSelect[Any]:
    """A sum or count over a submission's questions of one kind, in its current result."""
    statement = sa.select(value).select_from(QuestionScore).join(Result)
    if graded is not None:
        statement = statement.join(ManualGrade, graded)
    return (
        statement.where(_CURRENT, QuestionScore.kind == kind)
        .correlate(Submission)
        .scalar_subquery()
    )
