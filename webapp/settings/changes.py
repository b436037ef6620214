"""Taking over settings that staff typed: all or none of them, with the reason, into the log."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.audit.record import Action, record
from webapp.base import typed_times
from webapp.base.clock import written
from webapp.base.typed_times import NoMoment
from webapp.models import Course, CourseAssignment, Enrolment
from webapp.scoring import counting

LONGEST_REASON = 500
_COUNTED = {"due_at", "grace_minutes", "late_penalty", "cut_off_at", "counting", "late_days"}


class SettingsRefused(ValueError):
    """What was typed cannot be saved: a sentence for each field."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(" ".join(sentences.values()))
        self.sentences = dict(sentences)


class Typed:
    """What a form says, field by field; `refused` has a sentence for each that says nothing."""

    def __init__(self, fields: Mapping[str, str], zone: str) -> None:
        self._fields = fields
        self._zone = zone
        self.refused: dict[str, str] = {}

    def text(self, key: str, label: str, *, most: int, needed: bool = False) -> str:
        """A line of text."""
        text = " ".join(self._fields.get(key, "").split())
        if needed and not text:
            self.refused[key] = f"{label} is empty, expected 1 to {most} characters."
        elif len(text) > most:
            self.refused[key] = f"{label} has {len(text)} characters, expected at most {most}."
        return text

    def number(self, key: str, kept: float | None, *, most: float) -> float | None:
        """A number from nought to `most`, or None for an empty field; else `kept`."""
        text = self._fields.get(key, "" if kept is None else f"{kept:.12g}").strip()
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not 0 <= number <= most:
            self.refused[key] = f"This says {text[:40]!r}, expected a number from 0 to {most:g}."
            return kept
        return number

    def moment(self, key: str, kept: datetime | None) -> datetime | None:
        """A time on the course's clock, or with an offset from UTC where a program says it.

        `kept` where it says the same or cannot be read.
        """
        try:
            return typed_times.moment_from(self._fields.get(key, ""), self._zone, kept=kept)
        except NoMoment as error:
            self.refused[key] = str(error)
            return kept


def apply(
    session: Session,
    enrolment: Enrolment,
    target: Course | CourseAssignment,
    wanted: Mapping[str, Any],
    *,
    typed: Typed,
    action: Action,
    subject: str,
) -> int:
    """Change what differs; how many things did. Commits; raises SettingsRefused."""
    changed = {key: value for key, value in wanted.items() if value != getattr(target, key)}
    reason = typed.text("reason", "The reason", most=LONGEST_REASON)
    if changed and not reason:
        typed.refused["reason"] = "Say why: the log keeps it beside the change."
    if typed.refused:
        raise SettingsRefused(typed.refused)
    zone = enrolment.course.time_zone
    detail = {
        key: f"{_said(getattr(target, key), zone)} → {_said(value, zone)}"
        for key, value in changed.items()
    }
    for key, value in changed.items():
        setattr(target, key, value)
    if changed:
        _recount(session, target, changed)
        record(session, enrolment, action, subject=subject, reason=reason, **detail)
        session.commit()
    return len(changed)


def _recount(
    session: Session, target: Course | CourseAssignment, changed: Mapping[str, Any]
) -> None:
    """What counts follows the rules, for everyone who handed in."""
    if not _COUNTED & changed.keys():
        return
    if isinstance(target, Course):
        counting.recount_course(session, target)
    else:
        counting.recount(session, target)


def _said(value: Any, zone: str) -> str:
    if isinstance(value, datetime):
        return written(value, zone)
    return str(value) if value not in (None, "") else "none"
