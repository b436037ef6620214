"""Instructors: another time zone for the course, once they saw what moves."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.base.time_zones import NoZone, read_zone, time_zones
from webapp.courses.access import for_roles
from webapp.models import Enrolment, Role
from webapp.settings.changes import SettingsRefused
from webapp.settings.time_zone import Keep, moved_times
from webapp.settings.time_zone_operations import change_time_zone

blueprint = Blueprint("time_zone", __name__, url_prefix="/courses/<slug>/staff/settings/time-zone")


@blueprint.get("")
@for_roles(Role.INSTRUCTOR)
def show(enrolment: Enrolment) -> str:
    """Choose a zone, and with `zone` what becomes of every time in it."""
    return _page(enrolment, request.args.get("zone", ""))


@blueprint.post("")
@for_roles(Role.INSTRUCTOR)
def save(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Change it in the way that was chosen."""
    form = request.form
    zone, said = form.get("zone", ""), form.get("keep", "")
    if said not in list(Keep):
        sentence = {"keep": "Choose whether the clock times or the moments stay."}
        return _page(enrolment, zone, sentence), 422
    try:
        moved = change_time_zone(
            db.session, enrolment, zone, keep=Keep(said), reason=form.get("reason", "")
        )
    except SettingsRefused as error:
        return _page(enrolment, zone, error.sentences), 422
    how = f"{moved} times moved with it" if moved else "no time moved"
    flash(f"The course's time zone is {enrolment.course.time_zone} now; {how}.", "success")
    return redirect(url_for("settings.course", slug=enrolment.course.slug), code=303)


def _page(enrolment: Enrolment, typed: str, refused: Mapping[str, str] | None = None) -> str:
    course, zone, sentences = enrolment.course, "", dict(refused or {})
    if typed.strip():
        try:
            zone = read_zone(typed)
        except NoZone as error:
            sentences["zone"] = str(error)
    if zone == course.time_zone:
        zone, sentences["zone"] = "", f"The course's time zone is {zone} already."
    return render_template(
        "settings/time_zone.html",
        course=course,
        zone=zone,
        zones=time_zones(),
        times=moved_times(db.session, course, zone) if zone else [],
        shown={"zone": typed, "reason": request.form.get("reason", "")},
        keep=request.form.get("keep", ""),
        refused=sentences,
    )
