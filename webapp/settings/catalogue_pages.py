"""Staff: the assignments of the folder, how sound each is, and adding one to the course."""

from __future__ import annotations

from datetime import time, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base import typed_times
from webapp.base.clock import local, moment, now
from webapp.base.database import db
from webapp.courses.access import for_roles
from webapp.models import Enrolment, Role
from webapp.settings import catalogue, operations
from webapp.settings.catalogue import Entry, NotAddable
from webapp.settings.changes import SettingsRefused
from webapp.settings.values import when

blueprint = Blueprint("catalogue", __name__, url_prefix="/courses/<slug>/staff/assignments")

_OPENS, _DUE = time(9), time(23, 59)


@blueprint.get("")
@for_roles(Role.INSTRUCTOR)
def show(enrolment: Enrolment) -> str:
    """What the folder holds, and which of it the course sets."""
    return _page(enrolment)


@blueprint.post("")
@for_roles(Role.INSTRUCTOR)
def add(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Add one that is proved sound."""
    form, zone = request.form, enrolment.course.time_zone
    opens_at, due_at = when(form.get("opens_at"), zone), when(form.get("due_at"), zone)
    name = form.get("name", "")
    try:
        item = operations.add_assignment(
            db.session, enrolment, name, opens_at=opens_at, due_at=due_at
        )
    except SettingsRefused as error:
        return _page(enrolment, error.sentences), 422
    except NotAddable as error:
        return _page(enrolment, {"name": str(error)}), 422
    flash(f"{item.title} is in the course. These are its settings.", "success")
    address = url_for("settings.assignment", slug=enrolment.course.slug, name=item.assignment)
    return redirect(address, code=303)


def _page(enrolment: Enrolment, refused: dict[str, str] | None = None) -> str:
    course, fault = enrolment.course, ""
    found: list[Entry] = []
    try:
        found = catalogue.entries(db.session, course)
    except NotAddable as error:
        fault = str(error)
    tomorrow = local(now(), course.time_zone).date() + timedelta(days=1)
    suggested = {
        "opens_at": moment(tomorrow, _OPENS, course.time_zone),
        "due_at": moment(tomorrow + timedelta(days=7), _DUE, course.time_zone),
    }
    return render_template(
        "settings/catalogue.html",
        course=course,
        entries=found,
        fault=fault,
        refused=refused or {},
        suggested={k: typed_times.for_input(v, course.time_zone) for k, v in suggested.items()},
        typed=request.form,
    )
