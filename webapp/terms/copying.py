"""What a copy of a course takes: how it is taught, and nothing of who took it or what they did.

`TAKEN` are the tables; of each row everything is taken but what is named here. That an assignment
has a leaderboard is taken, and the leaderboard is closed and empty: staff open it once there is
something to rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import (
    BankComment,
    Base,
    Course,
    CourseAssignment,
    Leaderboard,
    MessageTemplate,
    PaperList,
    ProposalExamples,
    ReadingRules,
    ResultVisibility,
    RubricRow,
)
from webapp.settings.operations import COURSE_DATES
from webapp.terms.weeks import Move

# Of the course itself; its name, its clock and its first day are the new one's own.
KEPT_OF_COURSE = ("page", "pass_rule", "late_days", "student_room_mb", "room_mb")
TIMES_OF_ASSIGNMENT = ("opens_at", "due_at", "cut_off_at")
# One row, or several, of the course as a whole.
_OF_THE_COURSE: tuple[type[Base], ...] = (
    BankComment,
    MessageTemplate,
    PaperList,
    ProposalExamples,
    ReadingRules,
)
# Of an assignment, at most one row each, with what starts anew in a copy.
_OF_AN_ASSIGNMENT: dict[Any, tuple[str, ...]] = {
    ResultVisibility: ("published_at",),
    Leaderboard: ("opened_at", "revealed_at"),
}
TAKEN = (Course, CourseAssignment, RubricRow, *_OF_AN_ASSIGNMENT, *_OF_THE_COURSE)


def take_over(session: Session, old: Course, new: Course, move: Move | None) -> int:
    """Fill a new course with what the old one has; how many assignments. The caller commits.

    Without a `move` its times stay empty. Assignments that are retired stay behind.
    """
    for key in KEPT_OF_COURSE:
        setattr(new, key, getattr(old, key))
    _set_times(new, old, COURSE_DATES, move)
    of_course = {"course_id": new.id}
    for table in _OF_THE_COURSE:
        session.add_all(_like(row, of_course) for row in _rows_of(session, table, old))
    session.flush()
    numbers = _assignments(session, old, new, move)
    _of_assignments(session, numbers)
    _rubrics(session, old, new, numbers)
    return len(numbers)


def _assignments(
    session: Session, old: Course, new: Course, move: Move | None
) -> dict[int | None, int | None]:
    """The new assignments' numbers by those of the old ones."""
    kept = [row for row in _rows_of(session, CourseAssignment, old) if row.retired_at is None]
    made = {}
    for row in kept:
        made[row.id] = _like(row, {"course_id": new.id})
        _set_times(made[row.id], row, TIMES_OF_ASSIGNMENT, move)
    session.add_all(made.values())
    session.flush()
    return {number: row.id for number, row in made.items()}


def _of_assignments(session: Session, numbers: dict[int | None, int | None]) -> None:
    for table, anew in _OF_AN_ASSIGNMENT.items():
        rows = session.scalars(sa.select(table).where(table.course_assignment_id.in_(numbers)))
        for row in rows.all():
            place = {"course_assignment_id": numbers[row.course_assignment_id]}
            session.add(_like(row, place | dict.fromkeys(anew)))


def _rubrics(
    session: Session, old: Course, new: Course, numbers: dict[int | None, int | None]
) -> None:
    for row in _rows_of(session, RubricRow, old):
        if row.course_assignment_id is None or row.course_assignment_id in numbers:
            place = {"course_assignment_id": numbers.get(row.course_assignment_id)}
            session.add(_like(row, {"course_id": new.id} | place))


def _rows_of(session: Session, table: Any, course: Course) -> Sequence[Any]:
    keys = sa.inspect(table).primary_key
    return session.scalars(
        sa.select(table).where(table.course_id == course.id).order_by(*keys)
    ).all()


def _like(row: Any, instead: dict[str, Any]) -> Any:
    """A new row with everything that another holds, but for its own number and `instead`."""
    columns = sa.inspect(type(row)).column_attrs
    held = {each.key: getattr(row, each.key) for each in columns if each.key != "id"}
    return type(row)(**held | instead)


def _set_times(new: Any, old: Any, keys: Sequence[str], move: Move | None) -> None:
    for key in keys:
        setattr(new, key, move.of(getattr(old, key)) if move else None)
