"""Times of one term in the next: the same week, weekday and clock time, counted from the first day.

A week begins on Monday, and a weekend belongs to the week ahead: a term that begins on a Sunday has
its first lesson on Monday. The clock time holds right across the days on which the clocks change; a
time that such a day leaves out is the later one, as a clock that nobody set would show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from webapp.base.clock import course_week, local, moment


@dataclass(frozen=True)
class Move:
    """From a term that began on one day to one that begins on another, on a course's clock."""

    began: date
    begins: date
    zone: str

    def of(self, value: datetime | None) -> datetime | None:
        """The moment in the other term; nothing stays nothing."""
        if value is None:
            return None
        wall = local(value, self.zone)
        weeks = course_week(self.begins) - course_week(self.began)
        return moment(wall.date() + weeks, wall.time(), self.zone)
