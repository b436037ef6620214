"""The time zones that a course may have, by the names of the IANA database."""

from __future__ import annotations

import functools
from zoneinfo import available_timezones

# What some systems keep beside the zones, and what means another thing on each machine.
_NO_ZONES = {"Factory", "localtime", "posixrules"}


class NoZone(ValueError):
    """What was typed is no time zone: one sentence."""


@functools.cache
def time_zones() -> tuple[str, ...]:
    """Every zone by name."""
    return tuple(sorted(available_timezones() - _NO_ZONES))


def read_zone(text: str) -> str:
    """A time zone by its name; raises NoZone."""
    zone = text.strip()
    if zone not in time_zones():
        raise NoZone(
            f"The time zone is {zone[:60]!r}, expected a name such as Europe/Berlin or UTC."
        )
    return zone
