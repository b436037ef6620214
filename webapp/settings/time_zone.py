"""Another time zone for a course: what becomes of each of its times, in either of two ways.

Its times are moments. Either each moves, so that the clock of the new zone shows what the old
one's showed; or none moves, and the clock of the new zone shows something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.base.clock import local, moment
from webapp.courses.assignments import assignments_of, retired_of
from webapp.models import Course, CourseAssignment, Extension

_OF_COURSE = {
    "groups_due_at": "Groups are final",
    "slides_due_at": "Slides are due",
    "presentations_at": "Presentations begin",
    "reviews_due_at": "Paper reviews are due",
}
_OF_ASSIGNMENT = {"opens_at": "opens", "due_at": "is due", "cut_off_at": "is cut off"}


class Keep(StrEnum):
    """What stays as it is: what the clock shows, or the moment itself."""

    CLOCK = "clock"
    MOMENT = "moment"


@dataclass(frozen=True)
class Moved:
    """One time of a course: what it is of, and when it would be by the new zone's same clock."""

    row: Course | CourseAssignment | Extension
    key: str
    label: str
    now: datetime
    by_clock: datetime


def moved_times(session: Session, course: Course, zone: str) -> list[Moved]:
    """Every time of the course, extensions and what is retired included: three statements."""
    return [
        Moved(row, key, label, at, _by_clock(at, course.time_zone, zone))
        for row, key, label in _times(session, course)
        if (at := getattr(row, key)) is not None
    ]


def _times(session: Session, course: Course) -> Iterator[tuple[Any, str, str]]:
    for key, label in _OF_COURSE.items():
        yield course, key, label
    extensions = _extensions(session, course)
    for item in (*assignments_of(session, course), *retired_of(session, course)):
        for key, words in _OF_ASSIGNMENT.items():
            yield item, key, f"{item.title} {words}"
        for extension in extensions:
            if extension.course_assignment_id == item.id:
                yield extension, "due_at", f"{item.title} is due for {extension.user.name}"


def _extensions(session: Session, course: Course) -> list[Extension]:
    return list(
        session.scalars(
            sa.select(Extension)
            .join(Extension.course_assignment)
            .options(joinedload(Extension.user))
            .where(CourseAssignment.course_id == course.id)
            .order_by(Extension.due_at, Extension.id)
        )
    )


def _by_clock(at: datetime, old: str, new: str) -> datetime:
    wall = local(at, old)
    return moment(wall.date(), wall.time(), new)
