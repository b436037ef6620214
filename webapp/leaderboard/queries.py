"""The leaderboard of an assignment: opt-in, under an alias, ranked on rows without points.

Each student's newest graded attempt is ranked, whichever attempt counts: so neither a lucky attempt
nor the points decide the rank. Once the final ranks are revealed, only attempts received before.

A number on other rows is close to the points that the same model gets. So whatever a student may
not know of points yet, the board does not tell either: nobody is on it while their own results are
held back, and while a student's own are, they see nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.leaderboard.ranking import Place, by_board, by_final, rounded
from webapp.models import (
    BoardState,
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
from webapp.visibility import sight as visibility
from webapp.visibility.sight import Sight

SHOWN = (BoardState.OPEN, BoardState.FINAL)


@dataclass(frozen=True)
class Board:
    """The best first, what the number is that ranks them, and whether staff revealed the end.

    `held` is why a student sees nobody yet. For staff, `lacking` counts the ranked without a final
    number, `elsewhere` those whom another version of the checks measured, and `hidden` those whom
    students do not see because results are held back.
    """

    state: BoardState
    places: tuple[Place, ...] = ()
    measured: str = ""
    held: Sight | None = None
    lacking: int = 0
    elsewhere: int = 0
    hidden: int = 0

    def of(self, user_id: int) -> Place | None:
        """Someone's own row."""
        return next((place for place in self.places if place.user_id == user_id), None)

    @property
    def has_final(self) -> bool:
        """Whether there is a final number to show."""
        return any(place.final is not None for place in self.places)

    @property
    def measured_places(self) -> int:
        """How many have a number."""
        return sum(1 for place in self.places if place.value is not None)


def state_of(session: Session, assignment: CourseAssignment) -> BoardState:
    """Whether the assignment has a leaderboard, and what students see of it."""
    found = session.get(Leaderboard, assignment.id)
    return BoardState.NONE if found is None else found.state


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


def board_for(session: Session, enrolment: Enrolment, assignment: CourseAssignment) -> Board | None:
    """What this person may see; None where it is not there for them."""
    if enrolment.is_staff:
        return board_for_staff(session, assignment)
    return board_for_student(session, assignment, enrolment.user_id)


def board_for_staff(session: Session, assignment: CourseAssignment) -> Board:
    """Who takes part, with all their numbers; before it is open, everybody who was measured."""
    row = session.get(Leaderboard, assignment.id)
    state = BoardState.NONE if row is None else row.state
    rows = _measured(session, assignment, row.revealed_at if row else None)
    wanted = [each for each in rows if each.alias or state not in SHOWN]
    what, version = _newest(wanted)
    found = [_place(each, what) for each in wanted]
    places = by_final(found) if state == BoardState.FINAL else by_board(found)
    shown = [each for each in places if each.alias or each.value is not None]
    sights = visibility.sights_of_class(session, assignment)
    return Board(
        state,
        tuple(shown),
        what,
        lacking=sum(1 for each in shown if each.value is not None and each.final is None),
        elsewhere=sum(1 for each in wanted if each.version and _checks(each.version) != version),
        hidden=sum(1 for each in shown if not sights.of(each.user_id).open),
    )


def board_for_student(session: Session, assignment: CourseAssignment, user_id: int) -> Board | None:
    """What a student may see; None unless staff opened it.

    Of others only those who have a number are there: that somebody has none would tell that a
    check did not get so far.
    """
    row = session.get(Leaderboard, assignment.id)
    if row is None or row.state not in SHOWN:
        return None
    sights = visibility.sights_of_class(session, assignment)
    if not sights.of(user_id).open:
        return Board(row.state, held=sights.of(user_id))
    rows = _measured(session, assignment, row.revealed_at)
    wanted = [each for each in rows if each.alias and sights.of(each.user_id).open]
    what, _ = _newest(wanted)
    found = [_place(each, what) for each in wanted]
    found = [each for each in found if each.value is not None or each.user_id == user_id]
    if row.state == BoardState.FINAL:
        return Board(row.state, by_final(found), what)
    return Board(row.state, by_board(each.without_final() for each in found), what)


def _measured(session: Session, assignment: CourseAssignment, until: datetime | None) -> list[Any]:
    """What the newest graded attempt of each student measured: one statement."""
    newest = _newest_graded(assignment, until)
    attempt = sa.and_(
        Submission.course_assignment_id == assignment.id,
        Submission.user_id == newest.c.user_id,
        Submission.attempt == newest.c.attempt,
    )
    entry = sa.and_(
        LeaderboardEntry.course_assignment_id == assignment.id,
        LeaderboardEntry.user_id == Enrolment.user_id,
    )
    current = sa.and_(Result.submission_id == Submission.id, Result.current.is_(True))
    rows = session.execute(
        sa.select(
            *(Enrolment.user_id, User.name, LeaderboardEntry.alias, Submission.attempt),
            *(Result.id, Result.measure, Result.measure_final, Result.measure_name),
            Result.grader_version.label("version"),
        )
        .join(User, User.id == Enrolment.user_id)
        .outerjoin(LeaderboardEntry, entry)
        .outerjoin(newest, newest.c.user_id == Enrolment.user_id)
        .outerjoin(Submission, attempt)
        .outerjoin(Result, sa.and_(current, Result.measure.is_not(None)))
        .where(Enrolment.course_id == assignment.course_id, Enrolment.role == Role.STUDENT)
    )
    return list(rows.all())


def _newest_graded(assignment: CourseAssignment, until: datetime | None) -> sa.Subquery:
    """The number of each student's newest graded attempt, of those received by then."""
    found = sa.select(Submission.user_id, sa.func.max(Submission.attempt).label("attempt")).where(
        Submission.course_assignment_id == assignment.id,
        Submission.state == SubmissionState.GRADED,
    )
    if until is not None:
        found = found.where(Submission.received_at <= until)
    return found.group_by(Submission.user_id).subquery()


def _newest(rows: Iterable[Any]) -> tuple[str, str]:
    """What the number is by now, and the version of the checks that said so last."""
    last = max((each for each in rows if each.id), key=lambda each: each.id, default=None)
    return ("", "") if last is None else (last.measure_name, _checks(last.version))


def _checks(version: str) -> str:
    """The version of the checks alone: a regrade may have put its number behind it."""
    return version.partition("~")[0]


def _place(row: Any, what: str) -> Place:
    """A row to rank; what an earlier version called otherwise is another number, and ranks not."""
    same = row.measure_name == what
    return Place(
        row.user_id,
        row.name,
        row.alias or "",
        row.attempt,
        rounded(row.measure) if same else None,
        rounded(row.measure_final) if same else None,
    )
