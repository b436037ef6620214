"""Settings as the fields of a form: what they hold, and what somebody typed there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import UNSET, UnsetType

from webapp.base.numbers import TypedNumber
from webapp.base.typed_times import for_input
from webapp.models import CountingRule, Course, CourseAssignment
from webapp.settings.operations import COURSE_DATES
from webapp.settings.values import (
    AssignmentValues,
    CourseValues,
    RuleValues,
    Unread,
    When,
    day,
    when,
)

Fields = Mapping[str, str]


def shown_course(course: Course) -> dict[str, str]:
    """What the fields of a course's settings hold."""
    dates = {key: for_input(getattr(course, key), course.time_zone) for key in COURSE_DATES}
    starts = course.starts_on.isoformat() if course.starts_on else ""
    return {"title": course.title, "term": course.term, "starts_on": starts, **dates}


def shown_assignment(item: CourseAssignment, zone: str) -> dict[str, str]:
    """What the fields of an assignment's settings hold."""
    whole = "" if item.points_in_total is None else f"{item.points_in_total:.12g}"
    dates = {"opens_at": for_input(item.opens_at, zone), "due_at": for_input(item.due_at, zone)}
    return {"title": item.title, "points_in_total": whole, **dates}


def shown_rules(item: CourseAssignment, zone: str) -> dict[str, str]:
    """What the fields of an assignment's rules hold."""
    return {
        "grace_minutes": str(item.grace_minutes),
        "late_penalty": f"{item.late_penalty * 100:g}",
        "cut_off_at": for_input(item.cut_off_at, zone),
        "attempt_limit": "" if item.attempt_limit is None else str(item.attempt_limit),
        "pause_minutes": str(item.pause_minutes),
        "waiting_limit": "" if item.waiting_limit is None else str(item.waiting_limit),
        "counting": str(item.counting),
    }


def course_values(fields: Fields, course: Course) -> CourseValues:
    """What somebody typed of a course's settings."""
    dates = {
        key: _when(fields, key, course.time_zone, kept=getattr(course, key)) for key in COURSE_DATES
    }
    starts = day(fields["starts_on"]) if "starts_on" in fields else UNSET
    title, term = fields.get("title", ""), fields.get("term", "")
    return CourseValues(title, term, starts, **dates)


def assignment_values(fields: Fields, item: CourseAssignment, zone: str) -> AssignmentValues:
    """What somebody typed of an assignment's settings."""
    return AssignmentValues(
        fields.get("title", ""),
        opens_at=_when(fields, "opens_at", zone, kept=item.opens_at),
        due_at=_when(fields, "due_at", zone, kept=item.due_at),
        points_in_total=_points(fields),
    )


def rule_values(fields: Fields, item: CourseAssignment, zone: str) -> RuleValues:
    """What somebody typed of an assignment's rules."""
    penalty = fields.get("late_penalty", "").strip().removesuffix("%").rstrip()
    return RuleValues(
        grace_minutes=whole(fields, "grace_minutes") or 0,
        late_penalty=TypedNumber(penalty or "0"),
        cut_off_at=_when(fields, "cut_off_at", zone, kept=item.cut_off_at),
        attempt_limit=whole(fields, "attempt_limit"),
        pause_minutes=whole(fields, "pause_minutes") or 0,
        waiting_limit=whole(fields, "waiting_limit") if "waiting_limit" in fields else UNSET,
        counting=_counting(fields),
    )


def whole(fields: Fields, key: str) -> float | None:
    """A whole number, None for an empty field."""
    text = fields.get(key, "").strip()
    return TypedNumber.whole(text) if text else None


def _points(fields: Fields) -> float | UnsetType | None:
    if "points_in_total" not in fields:
        return UNSET
    text = fields["points_in_total"].strip()
    return TypedNumber(text) if text else None


def _when(fields: Fields, key: str, zone: str, *, kept: datetime | None) -> When:
    return when(fields.get(key), zone, kept=kept)


def _counting(fields: Fields) -> CountingRule | Unread | UnsetType:
    if "counting" not in fields:
        return UNSET
    text = fields["counting"]
    if text not in list(CountingRule):
        return Unread(f"This says {text[:40]!r}, expected best or last.")
    return CountingRule(text)
