"""The rules for late work and attempts, as staff see and change them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from webapp.base.typed_times import for_input
from webapp.models import CountingRule, CourseAssignment, Enrolment
from webapp.scoring.late_words import _MOST_ATTEMPTS, _MOST_DIGITS, _MOST_LATE_DAYS, _WEEK
from webapp.settings.changes import Typed, apply


def shown(item: CourseAssignment, zone: str) -> dict[str, str]:
    """What the fields of an assignment's rules hold."""
    return {
        "grace_minutes": str(item.grace_minutes),
        "late_penalty": f"{item.late_penalty * 100:g}",
        "cut_off_at": for_input(item.cut_off_at, zone),
        "attempt_limit": "" if item.attempt_limit is None else str(item.attempt_limit),
        "pause_minutes": str(item.pause_minutes),
        "counting": str(item.counting),
    }


def change(
    session: Session,
    enrolment: Enrolment,
    item: CourseAssignment,
    fields: Mapping[str, str],
) -> int:
    """Take over an assignment's rules, and recount; how many changed. Raises SettingsRefused."""
    typed = Typed(fields, enrolment.course.time_zone)
    wanted: dict[str, Any] = {
        "grace_minutes": _whole(typed, fields, "grace_minutes", most=_WEEK) or 0,
        "late_penalty": _share(typed, fields, item.late_penalty),
        "cut_off_at": typed.moment("cut_off_at", item.cut_off_at),
        "attempt_limit": _whole(typed, fields, "attempt_limit", most=_MOST_ATTEMPTS, least=1),
        "pause_minutes": _whole(typed, fields, "pause_minutes", most=_WEEK) or 0,
        "counting": _counting(typed, fields, item.counting),
    }
    cut_off = wanted["cut_off_at"]
    grace = timedelta(minutes=wanted["grace_minutes"])
    if cut_off and item.due_at and cut_off < item.due_at + grace and not typed.refused:
        typed.refused["cut_off_at"] = (
            "This is before the due time and its grace are over: choose a later time."
        )
    return apply(
        session,
        enrolment,
        item,
        wanted,
        typed=typed,
        action="change late rules",
        subject=item.assignment,
    )


def change_late_days(session: Session, enrolment: Enrolment, fields: Mapping[str, str]) -> int:
    """Take over how many late days each student has; 1 if that changed. Raises SettingsRefused."""
    typed = Typed(fields, enrolment.course.time_zone)
    days = _whole(typed, fields, "late_days", most=_MOST_LATE_DAYS) or 0
    return apply(
        session,
        enrolment,
        enrolment.course,
        {"late_days": days},
        typed=typed,
        action="change late rules",
        subject=enrolment.course.slug,
    )


def _whole(
    typed: Typed, fields: Mapping[str, str], key: str, *, most: int, least: int = 0
) -> int | None:
    text = fields.get(key, "").strip()
    if not text:
        return None
    digits = text.lstrip("0") or "0"
    number = text.isascii() and text.isdigit() and len(digits) <= _MOST_DIGITS
    if not (number and least <= int(digits) <= most):
        typed.refused[key] = f"This says {text[:40]!r}, expected a whole number, {least} to {most}."
        return None
    return int(digits)


def _share(typed: Typed, fields: Mapping[str, str], kept: float) -> float:
    text = fields.get("late_penalty", "").strip().removesuffix("%").rstrip() or "0"
    try:
        per_cent = float(text)
    except ValueError:
        per_cent = math.nan
    if not 0 <= per_cent <= 100:
        typed.refused["late_penalty"] = f"This says {text[:40]!r}, expected a number from 0 to 100."
        return kept
    return round(per_cent / 100, 6)


def _counting(typed: Typed, fields: Mapping[str, str], kept: CountingRule) -> CountingRule:
    text = fields.get("counting", kept)
    if text not in list(CountingRule):
        typed.refused["counting"] = f"This says {text[:40]!r}, expected best or last."
        return kept
    return CountingRule(text)
