"""Taking over new settings: all or none of them, with the reason, into the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy.orm import Session

from webapp.audit.record import Action, record
from webapp.base.clock import full_date
from webapp.base.numbers import as_given
from webapp.base.reasons import NoReason, read_reason
from webapp.models import Course, CourseAssignment, Enrolment
from webapp.scoring import counting
from webapp.settings.values import Unread

_COUNTED = {"due_at", "grace_minutes", "late_penalty", "cut_off_at", "counting", "late_days"}


class SettingsRefused(ValueError):
    """New values cannot be taken: a sentence for each."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(" ".join(sentences.values()))
        self.sentences = dict(sentences)


class Checked:
    """New values for `target` one by one: all that is wanted, and why some cannot be taken.

    What is UNSET, or cannot be taken, stays as it is.
    """

    def __init__(self, target: Course | CourseAssignment) -> None:
        self.target = target
        self.wanted: dict[str, Any] = {}
        self.refused: dict[str, str] = {}

    def line(
        self, key: str, said: str | UnsetType, *, label: str, most: int, needed: bool = False
    ) -> None:
        """A line of text."""
        if said is UNSET:
            return
        text = " ".join(said.split())
        if needed and not text:
            self.refused[key] = f"{label} is empty, expected 1 to {most} characters."
        elif len(text) > most:
            self.refused[key] = f"{label} has {len(text)} characters, expected at most {most}."
        self.wanted[key] = text

    def number(self, key: str, said: float | UnsetType | None, *, most: float) -> None:
        """A number from nought to `most`, or none."""
        if said is UNSET or said is None:
            self.read(key, said)
        elif 0 <= said <= most:
            self.wanted[key] = float(said)
        else:
            self.refused[key] = f"{_says(said)}, expected a number from 0 to {most:g}."

    def share(self, key: str, said: float | UnsetType) -> None:
        """A share that is said in per cent."""
        self.number(key, said, most=100)
        if key in self.wanted:
            self.wanted[key] = round(self.wanted[key] / 100, 6)

    def whole(self, key: str, said: float | UnsetType | None, *, most: int, least: int = 0) -> None:
        """A whole number, or none."""
        if said is UNSET or said is None:
            self.read(key, said)
        elif least <= said <= most and float(said).is_integer():
            self.wanted[key] = int(said)
        else:
            self.refused[key] = f"{_says(said)}, expected a whole number, {least} to {most}."

    def read(self, key: str, said: object) -> None:
        """A value that can be taken wherever it could be read."""
        if isinstance(said, Unread):
            self.refused[key] = said.sentence
        elif said is not UNSET:
            self.wanted[key] = said

    def value(self, key: str) -> Any:
        """What holds once everything is taken."""
        return self.wanted.get(key, getattr(self.target, key))


def _says(number: float) -> str:
    return f"This says {as_given(number)[:40]!r}"


def apply(
    session: Session, actor: Enrolment, checked: Checked, *, action: Action, reason: str
) -> int:
    """Change what differs; how many things did. The caller commits; raises SettingsRefused."""
    target, zone = checked.target, actor.course.time_zone
    changed = {k: v for k, v in checked.wanted.items() if v != getattr(target, k)}
    why = _why(checked, reason, needed=bool(changed))
    if checked.refused:
        raise SettingsRefused(checked.refused)
    detail = {
        key: f"{_said(getattr(target, key), zone)} → {_said(value, zone)}"
        for key, value in changed.items()
    }
    for key, value in changed.items():
        setattr(target, key, value)
    if changed:
        _recount(session, target, changed)
        subject = target.slug if isinstance(target, Course) else target.assignment
        record(session, actor, action, subject=subject, reason=why, **detail)
    return len(changed)


def _why(checked: Checked, reason: str, *, needed: bool) -> str:
    """The reason, which only a change needs."""
    if not needed and not reason.strip():
        return ""
    try:
        return read_reason(reason, reader="the log keeps it beside the change")
    except NoReason as error:
        checked.refused["reason"] = str(error)
        return ""


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
        return full_date(value, zone)
    return str(value) if value not in (None, "") else "none"
