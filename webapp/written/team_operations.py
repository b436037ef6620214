"""What students do with teams: found one, join by its invitation code, leave."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.base import clock
from webapp.base.database import change
from webapp.models import (
    LARGEST_TEAM,
    Course,
    Enrolment,
    Proposal,
    Reading,
    Team,
    TeamMember,
)
from webapp.written.queries import team_of
from webapp.written.rules import NotPossible, TextRefused

_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LONGEST_NAME = 80


def found_team(session: Session, actor: Enrolment, *, name: str) -> Team:
    """Start a team with oneself in it, until groups are due; raises TextRefused, NotPossible."""
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise TextRefused(f"Give the team a name of 1 to {_LONGEST_NAME} characters.")
    with change(session):
        _require_open_groups(actor.course)
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(8))
        team = Team(course_id=actor.course_id, name=name, invitation_code=code)
        team.members.append(_member(actor))
        team.proposal = Proposal()
        session.add(team)
        _flush_membership(session)
    return team


def join_team(session: Session, actor: Enrolment, *, code: str) -> Team:
    """Join by invitation code, until groups are due; the fifth is told it is full.

    Raises NotPossible.
    """
    with change(session):
        _require_open_groups(actor.course)
        team = _invited_to(session, actor.course_id, code)
        member = _member(actor)
        member.team_id = team.id
        session.add(member)
        _flush_membership(session)
        session.refresh(team, ["members"])
        if len(team.members) > LARGEST_TEAM:
            raise NotPossible(f"That team is full: it has {LARGEST_TEAM} members already.")
        if team.complete and team.completed_at is None:
            team.completed_at = clock.now()
    return team


def leave_team(session: Session, actor: Enrolment) -> None:
    """Leave until groups are due; the last one out takes the team with them; or NotPossible."""
    with change(session):
        team = team_of(session, actor.course_id, actor.user_id)
        if team is None:
            raise NotPossible("You are in no team.")
        _require_open_groups(actor.course)
        if len(team.members) == 1:
            _require_unread(session, team)
        team.members.remove(next(m for m in team.members if m.user_id == actor.user_id))
        if not team.complete:
            team.completed_at = None
        if not team.members:
            session.delete(team)


def _require_unread(session: Session, team: Team) -> None:
    """Nothing of the team's would be lost that staff have or have read."""
    if team.proposal is not None and team.proposal.slides:
        raise NotPossible("Your team has a slide already: ask the staff to dissolve it.")
    read = sa.select(Reading.id).join(Proposal, Reading.proposal_id == Proposal.id)
    if session.scalar(read.where(Proposal.team_id == team.id).limit(1)) is not None:
        raise NotPossible(
            "Staff have read or scored your team's work already: ask them to dissolve the team."
        )


def _require_open_groups(course: Course) -> None:
    due = course.groups_due_at
    if due is not None and clock.now() > due:
        raise NotPossible(
            f"Groups are final since {clock.full_date(due, course.time_zone)}: ask the staff if "
            f"yours has to change."
        )


def _invited_to(session: Session, course_id: int, code: str) -> Team:
    wanted = code.strip().upper().replace("-", "").replace(" ", "")
    team = session.scalar(
        sa.select(Team)
        .where(Team.course_id == course_id, Team.invitation_code == wanted)
        .with_for_update()
    )
    if team is None:
        raise NotPossible("No team has that invitation code: check it with whoever gave it to you.")
    return team


def _member(enrolment: Enrolment) -> TeamMember:
    return TeamMember(course_id=enrolment.course_id, user_id=enrolment.user_id)


def _flush_membership(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise NotPossible("You are in a team already: leave it before you join another.") from None
