"""The leaderboard of an assignment: opt-in, under an alias, ranked on public rows.

Each student's newest graded attempt is ranked, whichever attempt counts: so neither a lucky attempt
nor the points decide the rank, and the board tells nothing about results that are held back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.models import (
    CourseAssignment,
    Enrolment,
    Leaderboard,
    LeaderboardEntry,
    Result,
    Role,
    Submission,
    SubmissionState,
    User,
)
from webapp.models.leaderboard import LONGEST_ALIAS

SHORTEST_ALIAS = 3
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _-]*[A-Za-z0-9])?")
_SEPARATORS = re.compile(r"[^a-z0-9]+")


class AliasRefused(Exception):
    """An alias cannot be used: one sentence."""


@dataclass(frozen=True)
class Place:
    """One row of the board; without a rank while no attempt has been measured."""

    rank: int | None
    alias: str
    value: float | None
    attempt: int | None
    user_id: int
    name: str


@dataclass(frozen=True)
class Board:
    """All who take part, the best first, and what the number is that ranks them."""

    places: tuple[Place, ...]
    measured: str

    def of(self, user_id: int) -> Place | None:
        """Someone's own row."""
        return next((place for place in self.places if place.user_id == user_id), None)


def is_on(session: Session, assignment: CourseAssignment) -> bool:
    """Whether the assignment has a leaderboard."""
    return session.get(Leaderboard, assignment.id) is not None


def switch(session: Session, assignment: CourseAssignment, *, on: bool) -> None:
    """Give the assignment a leaderboard, or take it away; the caller commits.

    Who took part is remembered, and still is on it when it comes back.
    """
    found = session.get(Leaderboard, assignment.id)
    if on and found is None:
        session.add(Leaderboard(course_assignment_id=assignment.id))
    elif not on and found is not None:
        session.delete(found)


def entry_of(
    session: Session, assignment: CourseAssignment, user_id: int
) -> LeaderboardEntry | None:
    """Someone's part in it."""
    return session.scalar(
        sa.select(LeaderboardEntry).where(
            LeaderboardEntry.course_assignment_id == assignment.id,
            LeaderboardEntry.user_id == user_id,
        )
    )


def join(session: Session, assignment: CourseAssignment, user_id: int, alias: str) -> None:
    """Take part, or change one's alias; commits. Raises AliasRefused with a sentence."""
    alias = " ".join(alias.split())
    key = _checked(alias)
    if key in _names_of_others(session, assignment, user_id):
        raise AliasRefused(_taken(alias))
    entry = entry_of(session, assignment, user_id)
    if entry is None:
        entry = LeaderboardEntry(course_assignment_id=assignment.id, user_id=user_id)
        session.add(entry)
    entry.alias, entry.alias_key = alias, key
    try:
        session.commit()
    except IntegrityError:
        # The database decides: two students may have asked at the same moment.
        session.rollback()
        raise AliasRefused(_taken(alias)) from None


def leave(session: Session, assignment: CourseAssignment, user_id: int) -> bool:
    """Take no part any more, at once; False when one did not. The caller commits."""
    entry = entry_of(session, assignment, user_id)
    if entry is not None:
        session.delete(entry)
    return entry is not None


def _checked(alias: str) -> str:
    if not SHORTEST_ALIAS <= len(alias) <= LONGEST_ALIAS:
        raise AliasRefused(
            f"The alias has {len(alias)} characters, expected {SHORTEST_ALIAS} to {LONGEST_ALIAS}."
        )
    if not _PLAIN.fullmatch(alias):
        raise AliasRefused(
            "An alias takes the letters A to Z, digits, and between them spaces, - and _."
        )
    return _key(alias)


def _key(name: str) -> str:
    """What two names that look alike have in common."""
    return _SEPARATORS.sub("", name.lower())


def _names_of_others(session: Session, assignment: CourseAssignment, user_id: int) -> set[str]:
    """Nobody goes by the name of somebody else in the course."""
    rows = session.execute(
        sa.select(User.name, User.email)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == assignment.course_id, User.id != user_id)
    )
    return {_key(name) for row in rows for name in (row.name, row.email.split("@")[0])}


def _taken(alias: str) -> str:
    return f"The alias {alias} is taken: choose another."


def board(session: Session, assignment: CourseAssignment) -> Board:
    """Who takes part and how well their newest graded attempt did: one statement."""
    newest = (
        sa.select(Submission.user_id, sa.func.max(Submission.attempt).label("attempt"))
        .where(
            Submission.course_assignment_id == assignment.id,
            Submission.state == SubmissionState.GRADED,
        )
        .group_by(Submission.user_id)
        .subquery()
    )
    attempt = sa.and_(
        Submission.course_assignment_id == assignment.id,
        Submission.user_id == newest.c.user_id,
        Submission.attempt == newest.c.attempt,
    )
    member = sa.and_(
        Enrolment.user_id == LeaderboardEntry.user_id,
        Enrolment.course_id == assignment.course_id,
        Enrolment.role == Role.STUDENT,
    )
    current = sa.and_(Result.submission_id == Submission.id, Result.current.is_(True))
    rows = session.execute(
        sa.select(
            LeaderboardEntry.alias,
            LeaderboardEntry.user_id,
            User.name,
            Submission.attempt,
            Result.measure,
            Result.measure_name,
        )
        .join(User, User.id == LeaderboardEntry.user_id)
        .join(Enrolment, member)
        .outerjoin(newest, newest.c.user_id == LeaderboardEntry.user_id)
        .outerjoin(Submission, attempt)
        .outerjoin(Result, current)
        .where(LeaderboardEntry.course_assignment_id == assignment.id)
        .order_by(
            Result.measure.is_(None), Result.measure.desc(), sa.func.lower(LeaderboardEntry.alias)
        )
    ).all()
    measured = next((row.measure_name for row in rows if row.measure_name), "")
    return Board(tuple(_ranked(rows)), measured)


def _ranked(rows: Sequence[Any]) -> list[Place]:
    """Equal numbers share a rank, and the next one leaves a gap."""
    places: list[Place] = []
    for number, row in enumerate(rows, start=1):
        rank = None if row.measure is None else number
        if rank and places and places[-1].value == row.measure:
            rank = places[-1].rank
        places.append(Place(rank, row.alias, row.measure, row.attempt, row.user_id, row.name))
    return places
