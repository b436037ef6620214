"""Instructors: the order of a course's assignments, retiring, deleting, and copying settings."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.arranging import operations, queries
from webapp.arranging.operations import NotArranged
from webapp.base.database import db
from webapp.courses.access import assignment_in, for_roles
from webapp.models import CourseAssignment, Enrolment, Role

blueprint = Blueprint("arranging", __name__, url_prefix="/courses/<slug>/staff/assignments/<name>")


@blueprint.post("/move")
@for_roles(Role.INSTRUCTOR)
def move(enrolment: Enrolment, name: str) -> Response:
    """One place up or down."""
    item = assignment_in(enrolment, name)
    try:
        operations.move(db.session, enrolment, item, up=request.form.get("to") != "down")
    except NotArranged as error:
        flash(str(error), "warning")
    return _to_the_list(enrolment)


@blueprint.post("/retire")
@for_roles(Role.INSTRUCTOR)
def retire(enrolment: Enrolment, name: str) -> Response:
    """Out of lists and totals; it can be taken back."""
    item = assignment_in(enrolment, name)
    if operations.retire(db.session, enrolment, item):
        flash(f"{item.title} is retired. Its work is kept, and you can take it back.", "success")
    return _to_the_list(enrolment)


@blueprint.post("/take-back")
@for_roles(Role.INSTRUCTOR)
def take_back(enrolment: Enrolment, name: str) -> Response:
    """In the course again."""
    item = assignment_in(enrolment, name)
    if operations.take_back(db.session, enrolment, item):
        flash(f"{item.title} is in the course again, with all its work.", "success")
    return _to_the_list(enrolment)


@blueprint.get("/remove")
@for_roles(Role.INSTRUCTOR)
def confirm(enrolment: Enrolment, name: str) -> str:
    """What deleting it would take with it."""
    return _confirmation(enrolment, assignment_in(enrolment, name))


@blueprint.post("/remove")
@for_roles(Role.INSTRUCTOR)
def remove(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Delete it for good."""
    item = assignment_in(enrolment, name)
    title, typed = item.title, request.form.get("typed", "")
    try:
        operations.remove(db.session, enrolment, item, typed=typed)
    except NotArranged as error:
        return _confirmation(enrolment, item, str(error)), 409
    flash(f"{title} is deleted.", "success")
    return _to_the_list(enrolment)


@blueprint.get("/settings/copy")
@for_roles(Role.INSTRUCTOR)
def choose_source(enrolment: Enrolment, name: str) -> str:
    """Another course that sets it, and what would change."""
    item, slug = assignment_in(enrolment, name), request.args.get("course", "")
    source = queries.source_in(db.session, enrolment, item, slug) if slug else None
    return render_template(
        "arranging/copy.html",
        course=enrolment.course,
        assignment=item,
        sources=queries.sources_of(db.session, enrolment, item),
        source=source,
        differences=queries.differences_to(db.session, item, source) if source else [],
    )


@blueprint.post("/settings/copy")
@for_roles(Role.INSTRUCTOR)
def copy(enrolment: Enrolment, name: str) -> Response:
    """Set it as the other course does."""
    item = assignment_in(enrolment, name)
    source = queries.source_in(db.session, enrolment, item, request.form.get("course", ""))
    changed = operations.copy_settings(db.session, enrolment, item, source)
    said = f"{changed} setting{'s' if changed != 1 else ''} changed, and the log says which."
    flash(said if changed else "Nothing was changed: both are set alike.", "success")
    slug = enrolment.course.slug
    return redirect(url_for("settings.assignment", slug=slug, name=item.assignment), code=303)


def _confirmation(enrolment: Enrolment, item: CourseAssignment, refusal: str = "") -> str:
    return render_template(
        "arranging/remove.html",
        course=enrolment.course,
        assignment=item,
        work=queries.work_of(db.session, item),
        refusal=refusal,
        typed=request.form.get("typed", ""),
    )


def _to_the_list(enrolment: Enrolment) -> Response:
    return redirect(url_for("settings.course", slug=enrolment.course.slug), code=303)
