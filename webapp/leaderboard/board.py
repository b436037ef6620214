"""The leaderboard of an assignment: opt-in, under an alias, ranked on public rows.

Each student's newest graded attempt is ranked, whichever attempt counts: so neither a lucky attempt
nor the points decide the rank, and the board tells nothing about results that are held back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
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


def board(session: Session, assignment: CourseAssignment) -> Board:
    """Who takes part and how well their newest graded attempt did: one statement."""
    newest = _newest_graded(assignment)
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


def _newest_graded(assignment: CourseAssignment) -> sa.Subquery:
    """The number of each student's newest graded attempt."""
    return (
        sa.select(Submission.user_id, sa.func.max(Submission.attempt).label("attempt"))
        .where(
            Submission.course_assignment_id == assignment.id,
            Submission.state == SubmissionState.GRADED,
        )
        .group_by(Submission.user_id)
        .subquery()
    )


def _ranked(rows: Sequence[Any]) -> list[Place]:
    """Equal numbers share a rank, and the next one leaves a gap."""
    places: list[Place] = []
    for number, row in enumerate(rows, start=1):
        rank = None if row.measure is None else number
        if rank and places and places[-1].value == row.measure:
            rank = places[-1].rank
        places.append(Place(rank, row.alias, row.measure, row.attempt, row.user_id, row.name))
    return places
