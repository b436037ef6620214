"""Publishing a regrade: every new result becomes current, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.results import Status
from webapp import overrides
from webapp.models import (
    ManualGrade,
    QuestionScore,
    Regrade,
    RegradeItem,
    RegradeState,
    Result,
    Submission,
    SubmissionState,
)
from webapp.regrades import RegradeRefused, close, progress

_WITHOUT_SYNC = {"synchronize_session": False}
# SQLite takes 32766 values in a statement; this many keep it quick to parse.
_AT_ONCE = 500


def publish(session: Session, regrade: Regrade) -> int:
    """Make the new results current, all or none; how many. The caller commits."""
    close(session, regrade, RegradeState.PUBLISHED)
    if progress(session, regrade).running:
        raise RegradeRefused("The regrade still runs: publish it when every result is there.")
    changed = (
        sa.select(RegradeItem.submission_id, RegradeItem.old_result_id, RegradeItem.new_result_id)
        .join(Result, Result.id == RegradeItem.old_result_id)
        .where(
            RegradeItem.regrade_id == regrade.id,
            RegradeItem.new_result_id != RegradeItem.old_result_id,
        )
    )
    still = changed.where(Result.current.is_(True)).cte("changed")
    rows = session.execute(sa.select(still)).all()
    for part in _parts(rows):
        _switch(session, [r.old_result_id for r in part], current=False)
        _switch(session, [r.new_result_id for r in part], current=True)
        _bring_up_to_date(session, [r.submission_id for r in part])
        overrides.recount_among(session, [r.submission_id for r in part])
    session.expire_all()
    return len(rows)


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE))


def _switch(session: Session, ids: list[int], *, current: bool) -> None:
    statement = sa.update(Result).where(Result.id.in_(ids)).values(current=current)
    session.execute(statement.execution_options(**_WITHOUT_SYNC))


def _bring_up_to_date(session: Session, ids: list[int]) -> None:
    """Let submissions say what their current results and staff's grades say."""
    mine = sa.and_(Result.submission_id == Submission.id, Result.current.is_(True))
    rejected = sa.select(Result.status == Status.REJECTED).where(mine).scalar_subquery()
    automatic = _questions(sa.func.coalesce(sa.func.sum(QuestionScore.score), 0.0), "auto", mine)
    graded = sa.and_(
        ManualGrade.submission_id == Submission.id, ManualGrade.question == QuestionScore.question
    )
    given = _questions(sa.func.sum(ManualGrade.points), "manual", mine, graded)
    asked = _questions(sa.func.count(), "manual", mine)
    answered = _questions(sa.func.count(), "manual", mine, graded)
    session.execute(
        sa.update(Submission)
        .where(Submission.id.in_(ids))
        .values(
            state=sa.case(
                (rejected, SubmissionState.REJECTED.value), else_=SubmissionState.GRADED.value
            ),
            auto_score=sa.case((rejected, sa.null()), else_=automatic),
            manual_score=given,
            ungraded=asked - answered,
        )
        .execution_options(**_WITHOUT_SYNC)
    )


def _questions(
    value: Any,
    kind: str,
    mine: sa.ColumnElement[bool],
    graded: sa.ColumnElement[bool] | None = None,
) -> sa.ScalarSelect[Any]:
    """A sum or count over a submission's questions of one kind, in its current result."""
    statement = sa.select(value).select_from(QuestionScore).join(Result)
    if graded is not None:
        statement = statement.join(ManualGrade, graded)
    return statement.where(mine, QuestionScore.kind == kind).correlate(Submission).scalar_subquery()
