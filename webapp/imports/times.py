"""When imported work counts as handed in: by nbgrader's timestamp.txt, or as staff say.

nbgrader writes `2026-02-04 17:00:00.123456 UTC`; a course may have set another zone there.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from webapp.base.clock import full_date, now
from webapp.base.typed_times import NoMoment, moment_from
from webapp.models import CourseAssignment

NOW, DUE = "now", "due"
_STAMP = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\s*([A-Za-z0-9_+:/-]{0,60})", re.ASCII
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
# A clock of the machine that collected may be a little ahead of ours.
_AHEAD = timedelta(minutes=5)


def stamped(
    text: str, zone: str, *, what: str = "Its timestamp.txt says", otherwise: str = "UTC"
) -> datetime:
    """The moment that a timestamp says, in `otherwise` where it names no zone; raises NoMoment.

    Short names such as EST are those of the course's `zone`.
    """
    found = _STAMP.fullmatch(text.strip())
    try:
        wall = datetime.fromisoformat(found[1]) if found else None
        clock = _clock(wall, found[2] or otherwise, zone) if wall and found else None
        given = wall.replace(tzinfo=clock).astimezone(UTC) if wall and clock else None
    except (ValueError, OverflowError):
        given = None
    if given is None:
        raise NoMoment(
            f"{what} {text.strip()[:40]!r}, expected a time like 2026-02-04 17:00:00 UTC."
        )
    return _past(given, zone, what)


def _clock(wall: datetime, name: str, zone: str) -> tzinfo | None:
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    if offset := _OFFSET.fullmatch(name):
        east = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(east if offset[1] == "+" else -east)
    own = ZoneInfo(zone)
    for fold in (0, 1):
        if wall.replace(tzinfo=own, fold=fold).tzname() == name:
            return timezone(wall.replace(tzinfo=own, fold=fold).utcoffset() or timedelta())
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        return None


def chosen(text: str, item: CourseAssignment) -> datetime | None:
    """What staff say of work without a timestamp.txt: `now` gives None, `due` the due time.

    Anything else is a moment, on the course's clock unless it says how far from UTC; raises
    NoMoment.
    """
    if text == NOW:
        return None
    if text == DUE:
        if item.due_at is None:
            raise NoMoment("The assignment has no due time: choose another moment.")
        return _past(item.due_at, item.course.time_zone, "The due time is")
    given = moment_from(text, item.course.time_zone)
    if given is None:
        raise NoMoment("No time is given: say when the work counts as handed in.")
    return _past(given, item.course.time_zone, "This is")


def _past(given: datetime, zone: str, what: str) -> datetime:
    if given.year < 2000:
        raise NoMoment(f"{what} a time in the year {given.year}, expected 2000 or later.")
    if given > now() + _AHEAD:
        raise NoMoment(f"{what} {full_date(given, zone)}, which is still to come.")
    return min(given, now())
