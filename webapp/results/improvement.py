"""What changed since a student's last graded attempt, question by question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.numbers import CLOSE
from webapp.models import ManualGrade, QuestionScore, Result, Submission, SubmissionState


@dataclass(frozen=True)
class Step:
    """One question's points then and now; None while staff have not graded it."""

    question: str
    before: float | None
    now: float | None

    @property
    def change(self) -> float | None:
        """The points gained, or with a minus lost; None where one of the two is not known."""
        if self.before is None or self.now is None:
            return None
        difference = self.now - self.before
        return 0.0 if abs(difference) < CLOSE else difference

    @property
    def word(self) -> str:
        """`gained`, `lost`, `same`, or `waits` for staff."""
        change = self.change
        if change is None:
            return "waits"
        return "gained" if change > 0 else "lost" if change < 0 else "same"


@dataclass(frozen=True)
class Since:
    """A submission beside the attempt before it; `other_checks` when the judge was another."""

    submission_id: int
    attempt: int
    steps: tuple[Step, ...]
    other_checks: bool

    def count(self, word: str) -> int:
        """How many questions gained, lost, stayed the same or wait."""
        return sum(step.word == word for step in self.steps)

    @property
    def change(self) -> float:
        """All points gained and lost together."""
        return sum(step.change or 0.0 for step in self.steps)


def since_last(
    session: Session, submission: Submission, attempts: Iterable[Submission]
) -> Since | None:
    """What changed since the previous graded one of the attempts, in one statement; or None."""
    earlier = [
        attempt
        for attempt in attempts
        if attempt.attempt < submission.attempt and attempt.state == SubmissionState.GRADED
    ]
    previous = max(earlier, key=lambda attempt: attempt.attempt, default=None)
    if previous is None or submission.state != SubmissionState.GRADED:
        return None
    found = _points(session, (previous.id, submission.id))
    versions = {version for version, _ in found.values()}
    before, now = (found.get(which, ("", {}))[1] for which in (previous.id, submission.id))
    names = [*now, *(name for name in before if name not in now)]
    steps = tuple(Step(name, before.get(name, 0.0), now.get(name, 0.0)) for name in names)
    return Since(previous.id, previous.attempt, steps, other_checks=len(versions) > 1)


def _points(
    session: Session, submissions: tuple[int, int]
) -> dict[int, tuple[str, dict[str, float | None]]]:
    """By submission: the checks' version, and the points of each question, staff's included."""
    rows = session.execute(
        sa.select(
            Result.submission_id,
            Result.grader_version,
            QuestionScore.question,
            sa.func.coalesce(ManualGrade.points, QuestionScore.score).label("points"),
        )
        .join(QuestionScore, QuestionScore.result_id == Result.id)
        .outerjoin(
            ManualGrade,
            sa.and_(
                ManualGrade.submission_id == Result.submission_id,
                ManualGrade.question == QuestionScore.question,
            ),
        )
        .where(Result.submission_id.in_(submissions), Result.current.is_(True))
        .order_by(QuestionScore.position)
    )
    found: dict[int, tuple[str, dict[str, float | None]]] = {}
    for row in rows:
        _, points = found.setdefault(row.submission_id, (row.grader_version, {}))
        points[row.question] = row.points
    return found
