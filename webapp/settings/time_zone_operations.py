"""Changing a course's time zone: its times keep their clock, or their moment."""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp.audit.record import record
from webapp.base.database import change
from webapp.base.reasons import NoReason, read_reason
from webapp.base.time_zones import NoZone, read_zone
from webapp.models import Enrolment
from webapp.scoring import counting
from webapp.settings.changes import SettingsRefused
from webapp.settings.time_zone import Keep, moved_times


def change_time_zone(
    session: Session, actor: Enrolment, zone: str, *, keep: Keep, reason: str
) -> int:
    """Let another zone's clock hold; how many times moved with it. Raises SettingsRefused.

    What counts for students follows where due times move.
    """
    course = actor.course
    new, why = _checked(zone, course.time_zone, reason)
    with change(session):
        times = moved_times(session, course, new) if keep == Keep.CLOCK else []
        for each in times:
            setattr(each.row, each.key, each.by_clock)
        was, course.time_zone = course.time_zone, new
        if times:
            session.flush()
            counting.recount_course(session, course)
        detail = {"time_zone": f"{was} → {new}", "kept": keep.value, "moved": len(times)}
        subject = f"course {course.slug}"
        record(session, actor, "change course rules", subject=subject, reason=why, **detail)
    return len(times)


def _checked(zone: str, old: str, reason: str) -> tuple[str, str]:
    refused, new, why = {}, "", ""
    try:
        new = read_zone(zone)
    except NoZone as error:
        refused["zone"] = str(error)
    if new == old:
        refused["zone"] = f"The course's time zone is {old} already."
    try:
        why = read_reason(reason, reader="the log keeps it beside the change")
    except NoReason as error:
        refused["reason"] = str(error)
    if refused:
        raise SettingsRefused(refused)
    return new, why
