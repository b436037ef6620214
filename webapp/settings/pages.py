"""Instructors: the settings of a course and of each assignment, every change with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import assignment_in, for_roles
from webapp.courses.assignments import assignments_of, retired_of
from webapp.leaderboard.queries import state_of
from webapp.models import CourseAssignment, Enrolment, Role
from webapp.settings import catalogue, forms, operations
from webapp.settings.changes import SettingsRefused
from webapp.visibility import sight

blueprint = Blueprint("settings", __name__, url_prefix="/courses/<slug>/staff")


@blueprint.get("/settings")
@for_roles(Role.INSTRUCTOR)
def course(enrolment: Enrolment) -> str:
    """The course's own settings, and the way to each assignment's."""
    return _course_page(enrolment)


@blueprint.post("/settings")
@for_roles(Role.INSTRUCTOR)
def save_course(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Change the course's title, term and dates."""
    form, course = request.form, enrolment.course
    new, reason = forms.course_values(form, course), form.get("reason", "")
    try:
        changed = operations.change_course(db.session, enrolment, new, reason=reason)
    except SettingsRefused as error:
        return _course_page(enrolment, error.sentences), 422
    _say(changed)
    return redirect(url_for("settings.course", slug=enrolment.course.slug), code=303)


@blueprint.post("/settings/late-days")
@for_roles(Role.INSTRUCTOR)
def save_late_days(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Change how many late days each student has."""
    days, reason = forms.whole(request.form, "late_days"), request.form.get("reason", "")
    try:
        changed = operations.change_late_days(db.session, enrolment, days or 0, reason=reason)
    except SettingsRefused as error:
        return _course_page(enrolment, late=error.sentences), 422
    _say(changed)
    return redirect(url_for("settings.course", slug=enrolment.course.slug), code=303)


@blueprint.get("/assignments/<name>/settings")
@for_roles(Role.INSTRUCTOR)
def assignment(enrolment: Enrolment, name: str) -> str:
    """One assignment's settings, and whether its checks were proved sound."""
    return _assignment_page(enrolment, assignment_in(enrolment, name))


@blueprint.post("/assignments/<name>/settings")
@for_roles(Role.INSTRUCTOR)
def save_assignment(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Change an assignment's title, times and points in the total."""
    item = assignment_in(enrolment, name)
    form, zone = request.form, enrolment.course.time_zone
    new, reason = forms.assignment_values(form, item, zone), form.get("reason", "")
    try:
        changed = operations.change_assignment(db.session, enrolment, item, new, reason=reason)
    except SettingsRefused as error:
        return _assignment_page(enrolment, item, error.sentences), 422
    _say(changed)
    address = url_for("settings.assignment", slug=enrolment.course.slug, name=item.assignment)
    return redirect(address, code=303)


@blueprint.post("/assignments/<name>/settings/rules")
@for_roles(Role.INSTRUCTOR)
def save_rules(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Change what becomes of late work, how many attempts there are, and which one counts."""
    item = assignment_in(enrolment, name)
    form, zone = request.form, enrolment.course.time_zone
    new, reason = forms.rule_values(form, item, zone), form.get("reason", "")
    try:
        changed = operations.change_rules(db.session, enrolment, item, new, reason=reason)
    except SettingsRefused as error:
        return _assignment_page(enrolment, item, of_rules=error.sentences), 422
    _say(changed)
    address = url_for("settings.assignment", slug=enrolment.course.slug, name=item.assignment)
    return redirect(address, code=303)


def _course_page(
    enrolment: Enrolment,
    refused: Mapping[str, str] | None = None,
    *,
    late: Mapping[str, str] | None = None,
) -> str:
    course = enrolment.course
    return render_template(
        "settings/course.html",
        course=course,
        assignments=assignments_of(db.session, course),
        retired=retired_of(db.session, course),
        shown=_shown(forms.shown_course(course), refused),
        refused=refused or {},
        shown_late=_shown({"late_days": str(course.late_days)}, late),
        refused_late=late or {},
    )


def _assignment_page(
    enrolment: Enrolment,
    item: CourseAssignment,
    refused: Mapping[str, str] | None = None,
    *,
    of_rules: Mapping[str, str] | None = None,
) -> str:
    course = enrolment.course
    return render_template(
        "settings/assignment.html",
        course=course,
        assignment=item,
        entry=catalogue.entry_of(db.session, item),
        sight=sight.sight_of(db.session, item),
        leaderboard=state_of(db.session, item),
        shown=_shown(forms.shown_assignment(item, course.time_zone), refused),
        refused=refused or {},
        shown_rules=_shown(forms.shown_rules(item, course.time_zone), of_rules),
        refused_rules=of_rules or {},
    )


def _shown(kept: Mapping[str, str], refused: Mapping[str, str] | None) -> dict[str, str]:
    """What the fields of a form hold: what was typed, where it was refused."""
    return {**kept, **(request.form if refused else {})}


def _say(changed: int) -> None:
    if changed:
        flash("The settings are saved, and the log says what changed.", "success")
    else:
        flash("Nothing was changed.", "info")
