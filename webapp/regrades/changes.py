"""Who a regrade changes and by how much, in two statements however large the class is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp.base.numbers import CLOSE
from webapp.models import QuestionScore, Regrade, RegradeItem, Result, Submission, User


@dataclass(frozen=True)
class QuestionChange:
    """One question's points before and after; None where it is not in that version."""

    question: str
    old: float | None
    new: float | None


@dataclass(frozen=True)
class Change:
    """One submission whose result changes; a score is None where it is not accepted."""

    submission_id: int
    user_id: int
    name: str
    email: str
    attempt: int
    old: float | None
    new: float | None
    questions: tuple[QuestionChange, ...]

    @property
    def difference(self) -> float:
        """How many automatic points are gained."""
        return (self.new or 0.0) - (self.old or 0.0)


def changes(session: Session, regrade: Regrade) -> list[Change]:
    """Every submission that scores differently, the largest changes first."""
    rows = _answered(session, regrade)
    questions = _question_scores(session, regrade)
    found = []
    for row in rows:
        parts = _compared(questions[row.old_result_id], questions[row.new_result_id])
        change = Change(
            row.submission_id,
            row.user_id,
            row.name,
            row.email,
            row.attempt,
            old=row.old,
            new=row.new,
            questions=parts,
        )
        if parts or (row.old is None) != (row.new is None) or abs(change.difference) > CLOSE:
            found.append(change)
    return sorted(found, key=lambda c: (-abs(c.difference), c.name, c.attempt))


def _answered(session: Session, regrade: Regrade) -> Sequence[Any]:
    old, new = aliased(Result), aliased(Result)
    statement = (
        sa.select(
            Submission.id.label("submission_id"),
            User.id.label("user_id"),
            User.name,
            User.email,
            Submission.attempt,
            old.score.label("old"),
            new.score.label("new"),
            RegradeItem.old_result_id,
            RegradeItem.new_result_id,
        )
        .join(Submission, Submission.id == RegradeItem.submission_id)
        .join(User, User.id == Submission.user_id)
        .join(old, old.id == RegradeItem.old_result_id)
        .join(new, new.id == RegradeItem.new_result_id)
        .where(RegradeItem.regrade_id == regrade.id, old.id != new.id)
    )
    return session.execute(statement).all()


def _question_scores(session: Session, regrade: Regrade) -> dict[int, dict[str, float | None]]:
    """Points by result and automatic question, of the results that take part."""
    of_result = sa.or_(
        QuestionScore.result_id == RegradeItem.old_result_id,
        QuestionScore.result_id == RegradeItem.new_result_id,
    )
    rows = session.execute(
        sa.select(QuestionScore.result_id, QuestionScore.question, QuestionScore.score)
        .join(RegradeItem, of_result)
        .where(
            RegradeItem.regrade_id == regrade.id,
            RegradeItem.new_result_id != RegradeItem.old_result_id,
            QuestionScore.kind == "auto",
        )
        .order_by(QuestionScore.position)
    )
    found: dict[int, dict[str, float | None]] = defaultdict(dict)
    for result_id, question, score in rows:
        found[result_id][question] = score
    return found


def _compared(
    old: dict[str, float | None], new: dict[str, float | None]
) -> tuple[QuestionChange, ...]:
    """The questions that score differently, in the new version's order."""
    names = [*new, *(name for name in old if name not in new)]
    pairs = [QuestionChange(name, old.get(name), new.get(name)) for name in names]
    return tuple(pair for pair in pairs if _differs(pair.old, pair.new))


def _differs(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(old - new) > CLOSE
