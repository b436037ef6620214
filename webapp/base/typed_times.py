"""Times that people type: a course's wall clock in, a moment in UTC out, and back.

Twice a year the clocks change: an hour then does not exist, or comes twice. Such a time is refused
with a sentence rather than read in one of the two ways.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from webapp.base.clock import both_readings, local

_FIRST_YEAR, _LAST_YEAR = 2000, 2100


class NoMoment(ValueError):
    """What was typed is no time of the course's clock: one sentence."""


def for_input(value: datetime | None, zone: str) -> str:
    """A stored moment as a `datetime-local` field holds it: `2026-02-04T17:00`, or nothing."""
    return "" if value is None else f"{local(value, zone):%Y-%m-%dT%H:%M}"


def read_moment(text: str, zone: str, *, kept: datetime | None = None) -> datetime | None:
    """The moment that a `datetime-local` field says, None where it is empty; raises NoMoment.

    A field that still says what `kept` is shown as gives `kept` itself, to the second.
    """
    text = text.strip()
    if not text:
        return None
    if text == for_input(kept, zone):
        return kept
    wall = _wall_time(text)
    before, after = both_readings(wall, zone)
    if before > after:
        raise NoMoment(_skipped(wall, before - after, zone))
    if before < after:
        raise NoMoment(_repeated(wall, after - before, zone))
    return before


def moment_from(text: str, zone: str, *, kept: datetime | None = None) -> datetime | None:
    """The moment that a program says: with its offset from UTC, or else on the course's clock.

    None where the text is empty; raises NoMoment. What says `kept`, to the second or as a field
    shows it, gives `kept` itself.
    """
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        given = None
    if given is None or given.tzinfo is None:
        return read_moment(text, zone, kept=kept)
    if kept is not None and given == kept.replace(microsecond=0):
        return kept
    return _in_range(given).astimezone(UTC)


def read_day(text: str) -> date | None:
    """A first day, None where nothing was typed; raises NoMoment."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise NoMoment(
            f"The first day is {text.strip()[:40]!r}, expected a date like 2027-01-11."
        ) from None
    if not _FIRST_YEAR <= day.year < _LAST_YEAR:
        raise NoMoment(
            f"The first day is in {day.year}, expected {_FIRST_YEAR} to {_LAST_YEAR - 1}."
        )
    return day


def _wall_time(text: str) -> datetime:
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        wall = None
    if wall is None or wall.tzinfo is not None or "T" not in text.upper().replace(" ", "T"):
        raise NoMoment(
            f"This says {text[:40]!r}, expected a date and a time like 2026-02-04T17:00."
        )
    return _in_range(wall)


def _in_range(given: datetime) -> datetime:
    if not _FIRST_YEAR <= given.year < _LAST_YEAR:
        raise NoMoment(f"The year is {given.year}, expected {_FIRST_YEAR} to {_LAST_YEAR - 1}.")
    return given


def _skipped(wall: datetime, change: timedelta, zone: str) -> str:
    return (
        f"There is no {_said(wall)} in {zone}, because the clocks go forward then:"
        f" choose {wall + change:%H:%M} or {wall - change:%H:%M}."
    )


def _repeated(wall: datetime, change: timedelta, zone: str) -> str:
    return (
        f"{_said(wall)} comes twice in {zone}, because the clocks go back then:"
        f" choose {wall - change:%H:%M} or {wall + change:%H:%M}."
    )


def _said(wall: datetime) -> str:
    return f"{wall:%H:%M} on {wall:%a} {wall.day} {wall:%b %Y}"
