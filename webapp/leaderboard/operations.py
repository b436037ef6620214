"""What people do with a leaderboard: open and close it, take part, and leave."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.audit.record import Action, record
from webapp.base.database import change
from webapp.leaderboard.alias import AliasRefused, key_of, likeness
from webapp.leaderboard.board import entry_of
from webapp.models import CourseAssignment, Enrolment, Leaderboard, LeaderboardEntry, User


def switch(session: Session, actor: Enrolment, assignment: CourseAssignment, *, on: bool) -> None:
    """Give the assignment a leaderboard, or take it away.

    Who took part is remembered, and still is on it when it comes back.
    """
    with change(session):
        open_or_close(session, assignment, on=on)
        action: Action = "open leaderboard" if on else "close leaderboard"
        record(session, actor, action, subject=assignment.assignment)


def open_or_close(session: Session, assignment: CourseAssignment, *, on: bool) -> None:
    """Keep whether there is a leaderboard; the caller commits."""
    found = session.get(Leaderboard, assignment.id)
    if on and found is None:
        session.add(Leaderboard(course_assignment_id=assignment.id))
    elif not on and found is not None:
        session.delete(found)


def join(session: Session, assignment: CourseAssignment, user_id: int, alias: str) -> None:
    """Take part, or change one's alias; raises AliasRefused with a sentence."""
    alias = " ".join(alias.split())
    key = key_of(alias)
    try:
        with change(session):
            if key in _names_of_others(session, assignment, user_id):
                raise AliasRefused(_taken(alias))
            entry = entry_of(session, assignment, user_id)
            if entry is None:
                entry = LeaderboardEntry(course_assignment_id=assignment.id, user_id=user_id)
                session.add(entry)
            entry.alias, entry.alias_key = alias, key
    except IntegrityError:
        # The database decides: two students may have asked at the same moment.
        raise AliasRefused(_taken(alias)) from None


def leave(session: Session, assignment: CourseAssignment, user_id: int) -> bool:
    """Take no part any more, at once; False when one did not."""
    with change(session):
        entry = entry_of(session, assignment, user_id)
        if entry is not None:
            session.delete(entry)
    return entry is not None


def _names_of_others(session: Session, assignment: CourseAssignment, user_id: int) -> set[str]:
    """Nobody goes by the name of somebody else in the course."""
    rows = session.execute(
        sa.select(User.name, User.email)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == assignment.course_id, User.id != user_id)
    )
    return {likeness(name) for row in rows for name in (row.name, row.email.split("@")[0])}


def _taken(alias: str) -> str:
    return f"The alias {alias} is taken: choose another."
