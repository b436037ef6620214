"""New values for settings, as a page or a program says them; what is UNSET stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from msgspec import UNSET, UnsetType

from webapp.base.typed_times import NoMoment, moment_from, read_day
from webapp.models import CountingRule


@dataclass(frozen=True)
class Unread:
    """What somebody said that could not be read, as the sentence that refuses it."""

    sentence: str


When = datetime | Unread | None


def when(text: str | None, zone: str, *, kept: datetime | None = None) -> When:
    """A time on the course's clock, or with an offset from UTC; None for nothing.

    What says `kept`, to the second or as a page shows it, is `kept` itself.
    """
    try:
        return moment_from(text or "", zone, kept=kept)
    except NoMoment as error:
        return Unread(str(error))


def day(text: str | None) -> date | Unread | None:
    """A first day; None for nothing."""
    try:
        return read_day(text or "")
    except NoMoment as error:
        return Unread(str(error))


@dataclass(frozen=True)
class CourseValues:
    """A course's title, term, first day and dates."""

    title: str | UnsetType = UNSET
    term: str | UnsetType = UNSET
    starts_on: date | Unread | UnsetType | None = UNSET
    groups_due_at: When | UnsetType = UNSET
    slides_due_at: When | UnsetType = UNSET
    presentations_at: When | UnsetType = UNSET
    reviews_due_at: When | UnsetType = UNSET


@dataclass(frozen=True)
class AssignmentValues:
    """An assignment's title, times and points in the total, which are None where its own count."""

    title: str | UnsetType = UNSET
    opens_at: When | UnsetType = UNSET
    due_at: When | UnsetType = UNSET
    points_in_total: float | UnsetType | None = UNSET


@dataclass(frozen=True)
class RuleValues:
    """The rules for late work and attempts; `late_penalty` is in per cent for each day late.

    Without an `attempt_limit` there may be any number, and without a `waiting_limit` any number
    may wait at a time.
    """

    grace_minutes: float | UnsetType = UNSET
    late_penalty: float | UnsetType = UNSET
    cut_off_at: When | UnsetType = UNSET
    attempt_limit: float | UnsetType | None = UNSET
    pause_minutes: float | UnsetType = UNSET
    waiting_limit: float | UnsetType | None = UNSET
    counting: CountingRule | Unread | UnsetType = UNSET
