"""What instructors may change of the rules for late work and attempts, and how a score came about.

The form's fields are typed as people say them: minutes, per cent, a time on the course's clock.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from webapp.base.clock import written
from webapp.base.typed_times import for_input
from webapp.models import CountingRule, Course, CourseAssignment, Enrolment, Submission
from webapp.scoring.late_policy import LatePolicy
from webapp.settings.changes import Typed, apply

_WEEK = 7 * 24 * 60
_MOST_DIGITS = 9
_MOST_ATTEMPTS, _MOST_LATE_DAYS = 1000, 365


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
    *,
    by: str = "",
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
        by=by,
    )


def change_late_days(
    session: Session, enrolment: Enrolment, fields: Mapping[str, str], *, by: str = ""
) -> int:
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
        by=by,
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


def in_words(item: CourseAssignment, policy: LatePolicy) -> list[str]:
    """The assignment's rules as its page says them, one sentence each."""
    found = []
    if policy.due_at is not None and item.grace_minutes:
        found.append(f"Work is in time until {_minutes(item.grace_minutes)} after the due time.")
    if policy.due_at is not None and policy.penalty > 0:
        found.append(f"Each day late takes off {_per_cent(policy.penalty)} % of the points.")
    if policy.cut_off_at is not None:
        last = written(policy.cut_off_at, policy.zone)
        found.append(f"What comes after {last} is kept and marked, but gives no points.")
    if item.counting == CountingRule.LAST:
        before = " of those that came before that" if policy.cut_off_at is not None else ""
        found.append(f"Every attempt is kept, and the last one{before} that was graded counts.")
    else:
        found.append("Every attempt is kept, and the best one counts.")
    return found


def account(submission: Submission, policy: LatePolicy, course: Course) -> str:
    """How a late attempt's points came about, in one sentence; empty where it was in time."""
    cut_off = policy.is_cut_off(submission.received_at)
    if submission.score is None or not (submission.late or cut_off):
        return ""
    worth = policy.worth(submission.received_at)
    most = submission.course_assignment.points
    points = f"{submission.score:.4g} of {most:g}"
    # Attempts from before there were such rules are only known to be late.
    days = f"{_count(submission.days_late, 'day')} " if submission.days_late else ""
    late = f"{days}late"
    if worth.kept < 1 and submission.kept == 1 and not submission.late_days_used:
        return f"{points}, {late}: staff set these points as the whole, so nothing is taken off."
    if cut_off:
        last = written(policy.cut_off_at or submission.received_at, course.time_zone)
        return f"{points}, but it came after {last}, from when on no points are given → 0."
    if policy.penalty <= 0:
        return f"{points}, {late}, which takes off no points."
    lost = f"−{_per_cent(1 - submission.kept)} %"
    used = submission.late_days_used
    spent = f"; {_count(used, 'late day')} {_spent(submission)}" if used else ""
    return f"{points} at {late}: {lost} → {submission.counted:.4g}{spent}."


def _spent(submission: Submission) -> str:
    return "used" if submission.counts else "would be used if it counted"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _per_cent(share: float) -> str:
    return f"{round(share * 100, 2):g}"


def _minutes(minutes: int) -> str:
    return _count(minutes // 60, "hour") if minutes % 60 == 0 else _count(minutes, "minute")
