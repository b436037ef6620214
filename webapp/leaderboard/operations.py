"""What people do with a leaderboard: open, close and reveal it, take part, and leave."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.audit.record import record
from webapp.base.clock import now
from webapp.base.database import Missing, change
from webapp.leaderboard.alias import AliasRefused, key_of, likeness
from webapp.leaderboard.queries import SHOWN, board_for_staff, entry_of, state_of
from webapp.models import (
    BoardState,
    CourseAssignment,
    Enrolment,
    Leaderboard,
    LeaderboardEntry,
    User,
)


class BoardRefused(Exception):
    """The leaderboard is not where this can be done: one sentence."""


def open_board(session: Session, actor: Enrolment, assignment: CourseAssignment) -> None:
    """Show the leaderboard to students; one that is open or final stays as it is.

    Who took part before it was closed still is on it.
    """
    with change(session):
        if state_of(session, assignment) not in SHOWN:
            set_open(session, assignment)
            record(session, actor, "open leaderboard", subject=assignment.assignment)


def close_board(session: Session, actor: Enrolment, assignment: CourseAssignment) -> None:
    """Hide it from students, final ranks too; who took part is remembered."""
    with change(session):
        found = session.get(Leaderboard, assignment.id)
        if found is not None and found.state in SHOWN:
            found.opened_at = found.revealed_at = None
            record(session, actor, "close leaderboard", subject=assignment.assignment)


def reveal(session: Session, actor: Enrolment, assignment: CourseAssignment) -> None:
    """Rank by the final rows, attempts received by now alone; raises BoardRefused."""
    with change(session):
        found = session.get(Leaderboard, assignment.id)
        if found is None or found.state != BoardState.OPEN:
            raise BoardRefused("Only an open leaderboard has final ranks to reveal.")
        board = board_for_staff(session, assignment)
        if not board.has_final:
            raise BoardRefused("Nobody on the leaderboard has a final number yet.")
        found.revealed_at = now()
        counts = {"ranked": board.measured_places - board.lacking, "lacking": board.lacking}
        record(session, actor, "reveal final ranks", subject=assignment.assignment, **counts)


def take_back(session: Session, actor: Enrolment, assignment: CourseAssignment) -> None:
    """Rank by the board's rows again and hide the final ones; raises BoardRefused."""
    with change(session):
        found = session.get(Leaderboard, assignment.id)
        if found is None or found.state != BoardState.FINAL:
            raise BoardRefused("The final ranks are not revealed.")
        found.revealed_at = None
        record(session, actor, "take back final ranks", subject=assignment.assignment)


def set_open(session: Session, assignment: CourseAssignment) -> None:
    """Keep that the leaderboard is open; the caller commits."""
    found = session.get(Leaderboard, assignment.id)
    if found is None:
        found = Leaderboard(course_assignment_id=assignment.id)
        session.add(found)
    found.opened_at = now()


def join(session: Session, assignment: CourseAssignment, user_id: int, alias: str) -> None:
    """Take part, or change one's alias; raises AliasRefused with a sentence, or Missing."""
    alias = " ".join(alias.split())
    if state_of(session, assignment) not in SHOWN:
        raise Missing
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
