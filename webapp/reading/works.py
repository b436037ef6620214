"""Staff's reading of the written option: who reads what, by which rubric, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer, joinedload

from webapp.models import (
    AnswerDuty,
    AnswerReading,
    Course,
    PaperReview,
    Proposal,
    ReadingDuty,
    Team,
    TeamMember,
    WrittenScore,
)
from webapp.rubrics.names import Names
from webapp.rubrics.rubrics import Rubric, rubrics_of

# Two readers disagree when they differ by more than this share of the points.
DISAGREEMENT = 0.2
Reading = WrittenScore | AnswerReading
Duty = ReadingDuty | AnswerDuty
_Row = TypeVar("_Row", WrittenScore, ReadingDuty)


@dataclass(frozen=True)
class Work:
    """One proposal, review or written answer in the staff's list."""

    kind: str
    id: int
    title: str
    authors: str
    rubric: Rubric
    scores: tuple[Reading, ...] = ()
    readers: tuple[Duty, ...] = ()

    @property
    def points(self) -> list[float]:
        """The points of every complete reading."""
        found = (self.rubric.points(score.selections) for score in self.scores)
        return [points for points in found if points is not None]

    @property
    def mean(self) -> float | None:
        """The mean over its readers: what the work is worth."""
        return sum(self.points) / len(self.points) if self.points else None

    @property
    def difference(self) -> float:
        """How far its readers are apart."""
        return max(self.points) - min(self.points) if self.points else 0.0

    @property
    def disputed(self) -> bool:
        """Whether its readers disagree."""
        return self.difference > DISAGREEMENT * self.rubric.most + 1e-9

    def read_by(self, grader_id: int) -> bool:
        """Whether a grader's reading is complete."""
        return any(
            score.grader_id == grader_id and self.rubric.points(score.selections) is not None
            for score in self.scores
        )

    def waits_for(self, grader_id: int) -> bool:
        """Whether a grader should read it: it is theirs, or nobody's and unread."""
        return self.unread_by(grader_id) if self.readers else not self.points

    def unread_by(self, grader_id: int) -> bool:
        """Whether it is theirs and they have yet to read it, before seeing what others gave."""
        mine = any(duty.grader_id == grader_id for duty in self.readers)
        return mine and not self.read_by(grader_id)


def works(session: Session, course: Course, names: Names) -> list[Work]:
    """Everything there is to read in a course, in the order of reading: a fixed few statements."""
    rubrics = rubrics_of(session, course.id)
    scores = _by_work(_scores(session, course))
    duties = _by_work(
        session.scalars(
            sa.select(ReadingDuty)
            .options(joinedload(ReadingDuty.grader))
            .where(ReadingDuty.course_id == course.id)
            .order_by(ReadingDuty.id)
        )
    )
    found = [
        ("proposal", each.id, each.title or "Untitled proposal", team_name(each, names))
        for each in _proposals(session, course)
    ] + [
        (
            "review",
            each.id,
            each.paper or "No paper named yet",
            names.of("review", each.id, each.user.name),
        )
        for each in _reviews(session, course)
    ]
    return [
        Work(
            kind,
            number,
            title,
            authors,
            rubrics[kind],
            tuple(scores.get((kind, number), ())),
            tuple(duties.get((kind, number), ())),
        )
        for kind, number, title, authors in found
    ]


def team_name(proposal: Proposal, names: Names) -> str:
    """A team with its members, or what stands for them."""
    members = ", ".join(member.user.name for member in proposal.team.members)
    return names.of("proposal", proposal.id, f"{proposal.team.name}: {members}")


def _proposals(session: Session, course: Course) -> list[Proposal]:
    rows = session.scalars(
        sa.select(Proposal)
        .join(Proposal.team)
        .where(Team.course_id == course.id)
        .options(
            defer(Proposal.abstract),
            joinedload(Proposal.team).selectinload(Team.members).joinedload(TeamMember.user),
        )
        .order_by(Proposal.id)
    )
    return list(rows)


def _reviews(session: Session, course: Course) -> list[PaperReview]:
    rows = session.scalars(
        sa.select(PaperReview)
        .where(PaperReview.course_id == course.id)
        .options(defer(PaperReview.body), joinedload(PaperReview.user))
        .order_by(PaperReview.id)
    )
    return list(rows)


def _scores(session: Session, course: Course) -> list[WrittenScore]:
    rows = session.scalars(
        sa.select(WrittenScore)
        .options(joinedload(WrittenScore.grader))
        .outerjoin(PaperReview, WrittenScore.review_id == PaperReview.id)
        .outerjoin(Proposal, WrittenScore.proposal_id == Proposal.id)
        .outerjoin(Team, Proposal.team_id == Team.id)
        .where(sa.or_(PaperReview.course_id == course.id, Team.course_id == course.id))
        .order_by(WrittenScore.id)
    )
    return list(rows)


def _by_work(rows: Iterable[_Row]) -> dict[tuple[str, int], list[_Row]]:
    found: dict[tuple[str, int], list[_Row]] = {}
    for row in rows:
        key = ("proposal", row.proposal_id) if row.proposal_id else ("review", row.review_id or 0)
        found.setdefault(key, []).append(row)
    return found


def next_work(found: Sequence[Work], grader_id: int, after: tuple[str, int] | None) -> Work | None:
    """What a grader should read next: the first after the one before, then from the start."""
    places = [place for place, work in enumerate(found) if (work.kind, work.id) == after]
    start = places[0] + 1 if places else 0
    for work in [*found[start:], *found[:start]]:
        if (work.kind, work.id) != after and work.waits_for(grader_id):
            return work
    return None
