"""Time: everything is stored in UTC and shown in the course's zone, as a date and in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def moment(day: date, at: time, zone: str) -> datetime:
    """The UTC moment of a wall-clock time in a zone, correct across daylight-saving changes."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def local(value: datetime, zone: str) -> datetime:
    """A stored moment on the wall clock of a zone."""
    return value.astimezone(ZoneInfo(zone))


def both_readings(wall: datetime, zone: str) -> tuple[datetime, datetime]:
    """A wall-clock time by the clock before a change of clocks, and by the clock after it.

    The two are the same moment but for the hour that a change leaves out or shows twice. A time
    that is left out is the later one by the clock before.
    """
    clock = ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=clock, fold=fold) for fold in (0, 1))
    return first.astimezone(UTC), second.astimezone(UTC)


def full_date(value: datetime, zone: str, *, seconds: bool = False) -> str:
    """`Wed 4 Feb 2026, 17:00 EST`, or with its seconds `Wed 4 Feb 2026, 17:00:30 EST`."""
    wall = local(value, zone)
    time = f"{wall:%H:%M:%S}" if seconds else f"{wall:%H:%M}"
    return f"{wall:%a} {wall.day} {wall:%b %Y}, {time} {wall:%Z}"


def in_words(value: datetime, at: datetime | None = None) -> str:
    """`in 2 days`, `3 hours ago`, `just now`: how far a moment is from now."""
    seconds = (value - (at or now())).total_seconds()
    if abs(seconds) < _MINUTE:
        return "just now" if seconds <= 0 else "in less than a minute"
    size, unit = _rounded(abs(seconds))
    amount = f"{size} {unit}" if size == 1 else f"{size} {unit}s"
    return f"in {amount}" if seconds > 0 else f"{amount} ago"


def _rounded(seconds: float) -> tuple[int, str]:
    if seconds < _HOUR - _MINUTE / 2:
        return round(seconds / _MINUTE), "minute"
    # Hours up to two days: "in 2 days" would be wrong of tomorrow evening.
    if seconds < 2 * _DAY - _HOUR / 2:
        return round(seconds / _HOUR), "hour"
    return round(seconds / _DAY), "day"


def week_of(at: datetime, zone: str) -> date:
    """The Monday of the course week a moment falls in; a weekend belongs to the week ahead."""
    return course_week(local(at, zone).date())


def course_week(day: date) -> date:
    """The Monday of the course week of a day; a weekend belongs to the week ahead."""
    ahead = timedelta(days=7) if day.weekday() >= 5 else timedelta()
    return day - timedelta(days=day.weekday()) + ahead
