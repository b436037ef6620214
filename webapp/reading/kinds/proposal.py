"""Proposals of teams: read by a rubric, and worth the mean of what readers give."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer, joinedload

from webapp.models import Enrolment, Proposal, Team, TeamMember
from webapp.reading.kinds.kind import Kind, Opened, Place, Shown
from webapp.reading.works import Work
from webapp.rubrics.names import Names
from webapp.rubrics.rubrics import Rubric
from webapp.written import rules
from webapp.written.queries import proposal_in

_UNTITLED = "Untitled proposal"


class Proposals(Kind):
    """What a team wrote, with its slide."""

    name, label, one = "proposal", "Proposals", "Proposal"
    folder = "proposals"
    column = reader_column = "proposal_id"

    def find(self, session: Session, place: Place, *, names: Names, rubric: Rubric) -> list[Work]:
        """Two statements."""
        rows = session.scalars(
            sa.select(Proposal)
            .join(Proposal.team)
            .where(Team.course_id == place.course.id)
            .options(
                defer(Proposal.abstract),
                joinedload(Proposal.team).selectinload(Team.members).joinedload(TeamMember.user),
            )
            .order_by(Proposal.id)
        )
        return [
            Work(self.name, row.id, row.title or _UNTITLED, _team(row, names), rubric)
            for row in rows
        ]

    def open(self, session: Session, enrolment: Enrolment, place: Place, number: int) -> Opened:
        """A proposal of the course."""
        return Opened(self, place, proposal_in(session, enrolment, number))

    def show(self, session: Session, work: Opened, names: Names) -> Shown:
        """Title, abstract, slide, and what the team lacks to present."""
        row: Proposal = work.row
        return Shown(
            row.title,
            _team(row, names),
            row.abstract,
            heading=row.title or _UNTITLED,
            more={"conditions": rules.conditions(row.team, work.place.course)},
        )


def _team(proposal: Proposal, names: Names) -> str:
    """A team with its members, or what stands for them."""
    members = ", ".join(member.user.name for member in proposal.team.members)
    return names.of("proposal", proposal.id, f"{proposal.team.name}: {members}")


PROPOSAL = Proposals()
