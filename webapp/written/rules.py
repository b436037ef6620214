"""Rules of the written option: teams by invitation, what counts as in time, who is eligible."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.base import clock
from webapp.base.clock import now
from webapp.models import (
    LARGEST_TEAM,
    SMALLEST_TEAM,
    Course,
    Enrolment,
    PaperReview,
    Proposal,
    Team,
    TeamMember,
    WrittenScore,
)

_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class NotPossible(ValueError):
    """What was asked for cannot be done: one sentence for the student."""


@dataclass(frozen=True)
class WrittenOption:
    """What a student has of either option; having both is fine until the deadline."""

    team: Team | None
    review: PaperReview | None


@dataclass(frozen=True)
class Condition:
    """One condition of presenting on Friday; `state` is `met`, `late` or `open`."""

    text: str
    state: str


def create_team(session: Session, enrolment: Enrolment, name: str) -> Team:
    """Start a team with oneself in it, until groups are due; commits."""
    _require_open_groups(enrolment.course)
    code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(8))
    team = Team(course_id=enrolment.course_id, name=name, invitation_code=code)
    team.members.append(_member(enrolment))
    team.proposal = Proposal()
    session.add(team)
    _commit_membership(session)
    return team


def join_team(session: Session, enrolment: Enrolment, code: str) -> Team:
    """Join by invitation code, until groups are due; the fifth is told it is full; commits."""
    _require_open_groups(enrolment.course)
    wanted = code.strip().upper().replace("-", "").replace(" ", "")
    team = session.scalar(
        sa.select(Team)
        .where(Team.course_id == enrolment.course_id, Team.invitation_code == wanted)
        .with_for_update()
    )
    if team is None:
        raise NotPossible("No team has that invitation code: check it with whoever gave it to you.")
    member = _member(enrolment)
    member.team_id = team.id
    session.add(member)
    _flush_membership(session)
    session.refresh(team, ["members"])
    if len(team.members) > LARGEST_TEAM:
        session.rollback()
        raise NotPossible(f"That team is full: it has {LARGEST_TEAM} members already.")
    if team.complete and team.completed_at is None:
        team.completed_at = now()
    session.commit()
    return team


def leave_team(session: Session, enrolment: Enrolment) -> None:
    """Leave until groups are due; the last one out takes the team with them; commits."""
    from webapp.written.queries import team_of

    team = team_of(session, enrolment.course_id, enrolment.user_id)
    if team is None:
        raise NotPossible("You are in no team.")
    _require_open_groups(enrolment.course)
    if len(team.members) == 1 and team.proposal is not None and team.proposal.slides:
        raise NotPossible("Your team has a slide already: ask the staff to dissolve it.")
    if len(team.members) == 1 and _is_read(session, team):
        raise NotPossible("Staff have read your proposal already: ask them to dissolve the team.")
    mine = next(m for m in team.members if m.user_id == enrolment.user_id)
    team.members.remove(mine)
    if not team.complete:
        team.completed_at = None
    if not team.members:
        session.delete(team)
    session.commit()


def _is_read(session: Session, team: Team) -> bool:
    read = sa.select(WrittenScore.id).join(Proposal, WrittenScore.proposal_id == Proposal.id)
    return session.scalar(read.where(Proposal.team_id == team.id).limit(1)) is not None


def _require_open_groups(course: Course) -> None:
    due = course.groups_due_at
    if due is not None and now() > due:
        raise NotPossible(
            f"Groups are final since {clock.written(due, course.time_zone)}: ask the staff if "
            f"yours has to change."
        )


def conditions(team: Team, course: Course) -> list[Condition]:
    """What a team needs to present, and how it stands."""
    slide = team.proposal.slide if team.proposal else None
    title = bool(team.proposal and team.proposal.title and team.proposal.abstract)
    size = len(team.members)
    return [
        Condition(
            f"A team of {SMALLEST_TEAM} or {LARGEST_TEAM} (it has {size})",
            _state(team.completed_at if team.complete else None, course.groups_due_at),
        ),
        Condition("A title and an abstract", "met" if title else "open"),
        Condition(
            "A one-page PDF slide",
            _state(slide.received_at if slide else None, course.slides_due_at),
        ),
    ]


def is_late(at: datetime, due: datetime | None) -> bool:
    """Whether something came after its deadline."""
    return due is not None and at > due


def _state(done_at: datetime | None, due: datetime | None) -> str:
    if done_at is None:
        return "open"
    return "late" if is_late(done_at, due) else "met"


def _member(enrolment: Enrolment) -> TeamMember:
    return TeamMember(course_id=enrolment.course_id, user_id=enrolment.user_id)


def _flush_membership(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise NotPossible("You are in a team already: leave it before you join another.") from None


def _commit_membership(session: Session) -> None:
    _flush_membership(session)
    session.commit()
