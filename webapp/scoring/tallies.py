"""What results and staff's points add up to, written into submissions: many in one statement."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from autograder.results import Status
from webapp.base.database import in_parts
from webapp.models import (
    CourseAssignment,
    ManualGrade,
    QuestionScore,
    Result,
    Submission,
    SubmissionState,
)
from webapp.scoring import counting, overrides

_CURRENT = sa.and_(Result.submission_id == Submission.id, Result.current.is_(True))
_GRADED = sa.and_(
    ManualGrade.submission_id == Submission.id, ManualGrade.question == QuestionScore.question
)


def bring_up_to_date(
    session: Session,
    item: CourseAssignment,
    submissions: Collection[int],
    *,
    other_results: bool = False,
) -> None:
    """Let an assignment's submissions say what their points add up to, and which of them count.

    Called after points changed, by staff or with `other_results`. The caller has locked the
    students (`counting.lock_students`), and commits.
    """
    for part in in_parts(list(submissions)):
        if other_results:
            _count_all(session, part)
        else:
            _count_manual(session, part)
        _read_anew(session, part)
        overrides.recount_among(session, part)
    counting.recount_among(session, item, submissions)
    _read_anew(session, submissions)


def _read_anew(session: Session, submissions: Collection[int]) -> None:
    """What the session knows of them is older than what was written."""
    for number in submissions:
        known = session.identity_map.get(identity_key(Submission, number))
        if known is not None:
            session.expire(known)


def _count_manual(session: Session, submission_ids: Collection[int]) -> None:
    """Bring points for written answers, and how many wait for staff, up to date."""
    _write(session, submission_ids, _manual())


def _count_all(session: Session, submission_ids: Collection[int]) -> None:
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
