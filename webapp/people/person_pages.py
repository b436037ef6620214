"""Instructors: one person's part in the course: adding, changing, removing, bringing back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import for_roles
from webapp.models import Enrolment, Role
from webapp.people import link_operations, operations, queries
from webapp.people.changing import fixed_accounts
from webapp.people.link_operations import links_for
from webapp.people.links import hand_out
from webapp.people.operations import NotRemovable
from webapp.people.person import Details, PersonRefused, changed_details, read_details
from webapp.people.queries import Member

blueprint = Blueprint("person", __name__, url_prefix="/courses/<slug>/staff/people")

_FIELDS = ("name", "email", "role", "section", "number")


@blueprint.get("/add")
@for_roles(Role.INSTRUCTOR)
def new(enrolment: Enrolment) -> str:
    """The form for one person."""
    return _add_page(enrolment, {"role": Role.STUDENT.value})


@blueprint.post("/add")
@for_roles(Role.INSTRUCTOR)
def add(enrolment: Enrolment) -> str | tuple[str, int]:
    """Enrol somebody, and mail or show their link where they have no password."""
    try:
        details = read_details(**{field: request.form.get(field, "") for field in _FIELDS})
        added = operations.add_person(db.session, enrolment, details)
    except PersonRefused as error:
        return _add_page(enrolment, request.form, str(error)), 422
    if added.back:
        flash(f"{added.name} is back in the course.", "success")
    elif added.known:
        flash(f"{added.name} is enrolled, with the account they have already.", "success")
    else:
        flash(f"{added.name} is enrolled.", "success")
    handed = hand_out(db.session, enrolment, links_for(db.session, [added.user_id]))
    return render_template("people/handed_out.html", course=enrolment.course, **vars(handed))


@blueprint.get("/<int:user_id>")
@for_roles(Role.INSTRUCTOR)
def show(enrolment: Enrolment, user_id: int) -> str:
    """Somebody's details, their links, and the way out."""
    found = queries.member_of(db.session, enrolment.course, user_id)
    return _page(enrolment, found, _as_typed(found.details))


@blueprint.post("/<int:user_id>")
@for_roles(Role.INSTRUCTOR)
def change(enrolment: Enrolment, user_id: int) -> Response | tuple[str, int]:
    """Change somebody's details."""
    found = queries.member_of(db.session, enrolment.course, user_id)
    try:
        details = changed_details(found.details, request.form)
        changed = operations.change_person(db.session, enrolment, user_id, details)
    except PersonRefused as error:
        return _page(enrolment, found, request.form, str(error)), 422
    said = f"{details.name} is changed." if changed else "Nothing was changed."
    if "email" in changed:
        said += " Open links and sessions have ended: make a new link where one is needed."
    flash(said, "success" if changed else "info")
    return redirect(_address(enrolment, user_id), code=303)


@blueprint.post("/<int:user_id>/end-links")
@for_roles(Role.INSTRUCTOR)
def end_links(enrolment: Enrolment, user_id: int) -> Response:
    """End somebody's open links, sessions and tokens."""
    try:
        if not link_operations.end_links(db.session, enrolment, user_id):
            abort(404)
    except PersonRefused as error:
        flash(str(error), "danger")
    else:
        flash("Their open links have ended, and they are signed out everywhere.", "success")
    return redirect(_address(enrolment, user_id), code=303)


@blueprint.get("/<int:user_id>/remove")
@for_roles(Role.INSTRUCTOR)
def ask_to_remove(enrolment: Enrolment, user_id: int) -> str:
    """What it means to take somebody out of the course."""
    return render_template(
        "people/remove.html",
        course=enrolment.course,
        person=queries.member_of(db.session, enrolment.course, user_id),
        leaves=queries.leaves(db.session, enrolment.course, user_id),
    )


@blueprint.post("/<int:user_id>/remove")
@for_roles(Role.INSTRUCTOR)
def remove(enrolment: Enrolment, user_id: int) -> Response:
    """Take someone out of the course; the work they handed in stays."""
    removed = None
    try:
        if not operations.remove(db.session, enrolment, user_id):
            abort(404)
        removed = user_id
    except NotRemovable as error:
        flash(str(error), "info")
    address = url_for("person.removed", slug=enrolment.course.slug, user_id=user_id)
    people = url_for("people.index", slug=enrolment.course.slug)
    return redirect(address if removed else people, code=303)


@blueprint.get("/<int:user_id>/removed")
@for_roles(Role.INSTRUCTOR)
def removed(enrolment: Enrolment, user_id: int) -> str:
    """That somebody was taken out, and the way back."""
    found = queries.former_member_of(db.session, enrolment.course, user_id)
    return render_template("people/removed.html", course=enrolment.course, person=found)


@blueprint.post("/<int:user_id>/return")
@for_roles(Role.INSTRUCTOR)
def bring_back(enrolment: Enrolment, user_id: int) -> Response:
    """Let someone who left in again, as what they were."""
    details = operations.bring_back(db.session, enrolment, user_id)
    flash(f"{details.name} is back in the course.", "success")
    return redirect(url_for("people.index", slug=enrolment.course.slug), code=303)


def _as_typed(details: Details) -> dict[str, str]:
    return {field: str(getattr(details, field)) for field in _FIELDS}


def _add_page(enrolment: Enrolment, typed: Any, refusal: str = "") -> str:
    return render_template(
        "people/add.html", course=enrolment.course, typed=typed, refusal=refusal, roles=list(Role)
    )


def _page(enrolment: Enrolment, found: Member, typed: Any, refusal: str = "") -> str:
    return render_template(
        "people/person.html",
        course=enrolment.course,
        person=found,
        typed=typed,
        refusal=refusal,
        roles=list(Role),
        fixed=fixed_accounts(db.session, enrolment, [found.id]).get(found.id, ""),
        itself=found.id == enrolment.user_id,
    )


def _address(enrolment: Enrolment, user_id: int) -> str:
    return url_for("person.show", slug=enrolment.course.slug, user_id=user_id)
