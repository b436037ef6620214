"""Presentation day: who may present, in which order, and what staff gave."""

from __future__ import annotations

import random
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from webapp.base.clock import now
from webapp.models import (
    Course,
    PresentationPlace,
    PresentationScore,
    Proposal,
    Team,
    TeamMember,
)
from webapp.rubrics.marks import Marks, lock_work
from webapp.rubrics.rubrics import Rubric, rubric_of
from webapp.written import rules


@dataclass(frozen=True)
class Slot:
    """A team on presentation day; `position` is None while it is not in the running order."""

    proposal: Proposal
    conditions: tuple[rules.Condition, ...]
    position: int | None
    scores: tuple[PresentationScore, ...]
    rubric: Rubric

    @property
    def eligible(self) -> bool:
        """Whether it may present without anybody's leave: everything is there, in time."""
        return all(condition.state == "met" for condition in self.conditions)

    @property
    def mean(self) -> float | None:
        """The mean over the graders who scored it."""
        found = [self.rubric.points(score.selections) for score in self.scores]
        points = [each for each in found if each is not None]
        return sum(points) / len(points) if points else None


@dataclass(frozen=True)
class Day:
    """Those who present in their order, and those who do not."""

    order: tuple[Slot, ...]
    others: tuple[Slot, ...]

    def around(self, proposal_id: int) -> tuple[Slot | None, Slot | None]:
        """Who comes before and after."""
        numbers = [slot.proposal.id for slot in self.order]
        if proposal_id not in numbers:
            return None, None
        place = numbers.index(proposal_id)
        before = self.order[place - 1] if place else None
        return before, self.order[place + 1] if place + 1 < len(numbers) else None


def day(session: Session, course: Course) -> Day:
    """Presentation day of a course, in a fixed few statements."""
    rubric = rubric_of(session, course.id, "presentation")
    rows = session.execute(
        sa.select(Proposal, PresentationPlace.position)
        .join(Proposal.team)
        .outerjoin(PresentationPlace, PresentationPlace.proposal_id == Proposal.id)
        .where(Team.course_id == course.id)
        .options(
            joinedload(Proposal.team).selectinload(Team.members).joinedload(TeamMember.user),
            selectinload(Proposal.slides),
        )
        .order_by(PresentationPlace.position, Proposal.id)
    ).all()
    scores = session.scalars(
        sa.select(PresentationScore)
        .join(Proposal, PresentationScore.proposal_id == Proposal.id)
        .join(Proposal.team)
        .where(Team.course_id == course.id)
        .options(joinedload(PresentationScore.grader))
        .order_by(PresentationScore.id)
    ).all()
    slots = [
        Slot(
            proposal,
            tuple(rules.conditions(proposal.team, course)),
            position,
            tuple(score for score in scores if score.proposal_id == proposal.id),
            rubric,
        )
        for proposal, position in rows
    ]
    return Day(
        tuple(slot for slot in slots if slot.position is not None),
        tuple(slot for slot in slots if slot.position is None),
    )


def draw(session: Session, course: Course) -> int:
    """Put who is eligible and has no place yet behind the others, drawn by lot; caller commits."""
    found = day(session, course)
    new = [slot.proposal.id for slot in found.others if slot.eligible]
    random.SystemRandom().shuffle(new)
    _write(session, course, [slot.proposal.id for slot in found.order] + new)
    return len(new)


def move(session: Session, course: Course, proposal_id: int, where: str) -> bool:
    """Move a proposal `up`, `down`, `in` at the end or `out`; whether it could; caller commits."""
    found = day(session, course)
    order = [slot.proposal.id for slot in found.order]
    if where == "in" and any(slot.proposal.id == proposal_id for slot in found.others):
        order.append(proposal_id)
    elif where in ("up", "down", "out") and proposal_id in order:
        place = order.index(proposal_id)
        order.remove(proposal_id)
        if where != "out":
            order.insert(max(0, place + (-1 if where == "up" else 1)), proposal_id)
    else:
        return False
    _write(session, course, order)
    return True


def _write(session: Session, course: Course, order: list[int]) -> None:
    of_course = PresentationPlace.course_id == course.id
    rows = {
        row.proposal_id: row
        for row in session.scalars(sa.select(PresentationPlace).where(of_course))
    }
    for proposal_id in rows.keys() - set(order):
        session.delete(rows[proposal_id])
    for position, proposal_id in enumerate(order):
        row = rows.get(proposal_id)
        if row is None:
            row = PresentationPlace(proposal_id=proposal_id, course_id=course.id)
            session.add(row)
        row.position = position


def score_of(session: Session, proposal_id: int, grader_id: int) -> PresentationScore | None:
    """What a grader gave a presentation."""
    return session.scalar(
        sa.select(PresentationScore).where(
            PresentationScore.proposal_id == proposal_id, PresentationScore.grader_id == grader_id
        )
    )


def give(session: Session, proposal_id: int, grader_id: int, marks: Marks) -> PresentationScore:
    """Give, or change, a grader's score of a presentation; the caller commits."""
    lock_work(session, session.get(Proposal, proposal_id))
    score = score_of(session, proposal_id, grader_id)
    if score is None:
        score = PresentationScore(proposal_id=proposal_id, grader_id=grader_id, selections={})
        session.add(score)
    score.selections = {**score.selections, **marks.selections}
    score.comment, score.updated_at = marks.comment, now()
    return score
