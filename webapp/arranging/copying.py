"""An assignment's settings as another course has them: what would change, without a database.

When it opens and is due stays as it is: another course has other weeks. A cut-off keeps its
distance from the due time, on the clock of each course.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from webapp.base import clock
from webapp.base.clock import full_date, local
from webapp.models import CourseAssignment

# What is taken over as it is, in the words of the settings' pages.
LABELS = {
    "title": "Title",
    "points_in_total": "Points in the course's total",
    "grace_minutes": "Grace after the due time, minutes",
    "late_penalty": "Lost for each day late",
    "cut_off_at": "Cut-off",
    "attempt_limit": "Attempts a student has",
    "pause_minutes": "Pause between two attempts, minutes",
    "waiting_limit": "Attempts that may wait at a time",
    "counting": "Which attempt counts",
}


def settings_from(source: CourseAssignment, item: CourseAssignment) -> dict[str, Any]:
    """The values that `item` gets where it is set as `source` is."""
    found = {key: getattr(source, key) for key in LABELS}
    found["cut_off_at"] = _cut_off(source, item)
    return found


def in_words(key: str, value: Any, zone: str) -> str:
    """A setting's value for a page."""
    if isinstance(value, datetime):
        return full_date(value, zone)
    if key == "late_penalty":
        return f"{value * 100:g} %"
    return f"{value:g}" if isinstance(value, float) else str(value) if value is not None else "none"


def differences(
    item: CourseAssignment, new: Mapping[str, Any], zone: str
) -> list[tuple[str, str, str]]:
    """What would change: the setting, what it is, and what it would be."""
    return [
        (label, in_words(key, getattr(item, key), zone), in_words(key, new[key], zone))
        for key, label in LABELS.items()
        if new[key] != getattr(item, key)
    ]


def _cut_off(source: CourseAssignment, item: CourseAssignment) -> datetime | None:
    if source.cut_off_at is None or source.due_at is None or item.due_at is None:
        return None
    theirs, ours = source.course.time_zone, item.course.time_zone
    after = _wall(source.cut_off_at, theirs) - _wall(source.due_at, theirs)
    cut_off = _wall(item.due_at, ours) + after
    return clock.moment(cut_off.date(), cut_off.time(), ours)


def _wall(value: datetime, zone: str) -> datetime:
    """What the clock on the wall shows, by which days are counted."""
    shown = local(value, zone)
    return datetime.combine(shown.date(), time(shown.hour, shown.minute, shown.second))
