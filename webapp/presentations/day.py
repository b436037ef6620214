"""Presentation day: who may present, in which order, and what staff gave."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from webapp.models import Course, PresentationPlace, Proposal, Reading, Team, TeamMember
from webapp.reading.kinds.kind import Place
from webapp.reading.kinds.presentation import PRESENTATION
from webapp.reading.queries import readings_in
from webapp.rubrics.rubrics import Rubric
from webapp.written import rules


@dataclass(frozen=True)
class Slot:
    """A team on presentation day; `position` is None while it is not in the running order."""

    proposal: Proposal
    conditions: tuple[rules.Condition, ...]
    position: int | None
    scores: tuple[Reading, ...]
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
    rubric: Rubric

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
    place = Place(course)
    rubric = PRESENTATION.rubric(session, place)
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
    scores = readings_in(session, place, PRESENTATION.name)
    slots = [
        Slot(
            proposal,
            tuple(rules.conditions(proposal.team, course)),
            position,
            tuple(each for each in scores if each.proposal_id == proposal.id),
            rubric,
        )
        for proposal, position in rows
    ]
    return Day(
        tuple(slot for slot in slots if slot.position is not None),
        tuple(slot for slot in slots if slot.position is None),
        rubric,
    )
