"""A course's time zone by program: what would become of every time, and changing it."""

from __future__ import annotations

from typing import Annotated

from flask import abort
from msgspec import Meta, Struct

from webapp.api.operations import operation
from webapp.api.schemas import LINE, moment
from webapp.base.database import db
from webapp.base.time_zones import NoZone, read_zone
from webapp.courses.access import for_roles
from webapp.models import Enrolment, Role
from webapp.settings.answers import refusal
from webapp.settings.changes import SettingsRefused
from webapp.settings.time_zone import Keep, moved_times
from webapp.settings.time_zone_operations import change_time_zone as change_zone

_PATH = "/courses/<slug>/staff/settings/time-zone"
Line = Annotated[str, Meta(max_length=500, pattern=LINE)]


class ZoneQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which zone is thought of."""

    zone: Line


class MovedTime(Struct, frozen=True):
    """A time of the course, and when it would be where the clock times are kept."""

    what: str
    now: str
    by_clock: str


class MovedTimes(Struct, frozen=True):
    """Every time of the course in another zone."""

    time_zone: str
    times: list[MovedTime]


class NewZone(Struct, frozen=True, forbid_unknown_fields=True):
    """The zone, why, and whether the clock times are kept or the moments."""

    zone: Line
    keep: Keep
    reason: Line = ""


class ZoneChanged(Struct, frozen=True):
    """The course's zone now, and how many times moved with it."""

    time_zone: str
    moved: int


@operation(
    "GET",
    _PATH,
    summary="What another time zone would make of every time of the course",
    scopes=("read",),
    query=ZoneQuery,
    answers={200: MovedTimes},
)
@for_roles(Role.INSTRUCTOR)
def times_in_zone(enrolment: Enrolment, query: ZoneQuery) -> MovedTimes:
    try:
        zone = read_zone(query.zone)
    except NoZone as error:
        abort(422, str(error))
    found = moved_times(db.session, enrolment.course, zone)
    times = [MovedTime(m.label, moment(m.now) or "", moment(m.by_clock) or "") for m in found]
    return MovedTimes(zone, times)


@operation(
    "POST",
    _PATH,
    summary="Change the course's time zone, with the reason; scores follow where times move",
    scopes=("manage",),
    body=NewZone,
    answers={200: ZoneChanged},
)
@for_roles(Role.INSTRUCTOR)
def change_time_zone(enrolment: Enrolment, body: NewZone) -> ZoneChanged:
    try:
        moved = change_zone(db.session, enrolment, body.zone, keep=body.keep, reason=body.reason)
    except SettingsRefused as error:
        abort(422, refusal(error))
    return ZoneChanged(enrolment.course.time_zone, moved)
