"""A course as a whole: copy it for the next term, archive it and take it back, delete it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.administration.links import hand_out
from webapp.administration.new_course import CourseRefused, TypedCourse, read_course
from webapp.base.database import db
from webapp.terms import operations
from webapp.terms.access import Keeper, for_deleters, for_keepers, for_lookers
from webapp.terms.operations import NotConfirmed, WorkWaits
from webapp.terms.queries import what_a_course_has, what_waits

blueprint = Blueprint(
    "administration_course", __name__, url_prefix="/administration/courses/<slug>"
)

_KEYS = ("slug", "title", "term", "starts_on", "instructor", "instructor_name")


@blueprint.get("/")
@for_lookers
def show(keeper: Keeper) -> str:
    """What the course holds, and what may become of it."""
    return _page(keeper)


@blueprint.post("/copy")
@for_keepers
def copy(keeper: Keeper) -> str | Response | tuple[str, int]:
    """Make the course of the next term, and show the link of an instructor without password."""
    typed = {key: request.form.get(key, "") for key in _KEYS}
    try:
        new = read_course(TypedCourse(**typed, time_zone=keeper.course.time_zone))
        made = operations.copy_course(db.session, keeper.actor, keeper.course, new)
    except CourseRefused as error:
        return _page(keeper, typed, error.sentences), 422
    handed = hand_out(made.invited, made.course.title)
    flash(f"{made.course.title}, {made.course.term}, is made: {made.course.slug}.", "success")
    if handed is not None:
        return render_template("administration/made.html", handed=handed, slug=made.course.slug)
    return redirect(url_for(".show", slug=made.course.slug), code=303)


@blueprint.post("/archive")
@for_keepers
def archive(keeper: Keeper) -> Response | tuple[str, int]:
    """Make the course read-only."""
    cancel = request.form.get("cancel_waiting") == "yes"
    try:
        operations.archive_course(db.session, keeper.actor, keeper.course, cancel_waiting=cancel)
    except WorkWaits as error:
        return _page(keeper, waits=str(error)), 409
    flash("The course is archived: it can be read, and nothing in it changes.", "success")
    return _back(keeper)


@blueprint.post("/take-back")
@for_keepers
def take_back(keeper: Keeper) -> Response:
    """Let the course change again."""
    operations.take_back_course(db.session, keeper.actor, keeper.course)
    flash("The course is no longer archived.", "success")
    return _back(keeper)


@blueprint.get("/delete")
@for_deleters
def ask_to_delete(keeper: Keeper) -> str:
    """What would go with the course, and the form that asks for its short name."""
    return _asking(keeper)


@blueprint.post("/delete")
@for_deleters
def delete(keeper: Keeper) -> Response | tuple[str, int]:
    """Delete the course, once its short name was typed."""
    title, typed = keeper.course.title, request.form.get("typed", "")
    try:
        operations.delete_course(db.session, keeper.actor, keeper.course, typed=typed)
    except NotConfirmed as error:
        return _asking(keeper, str(error)), 422
    flash(f"{title} is deleted.", "success")
    return redirect(url_for("administration.courses"), code=303)


def _back(keeper: Keeper) -> Response:
    return redirect(url_for(".show", slug=keeper.course.slug), code=303)


def _page(
    keeper: Keeper,
    typed: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
    *,
    waits: str = "",
) -> str:
    course = keeper.course
    return render_template(
        "terms/course.html",
        keeper=keeper,
        course=course,
        holds=what_a_course_has(db.session, course.id),
        waiting=what_waits(db.session, course.id),
        typed=typed or {"title": course.title},
        refused=refused or {},
        waits=waits,
    )


def _asking(keeper: Keeper, refused: str = "") -> str:
    return render_template(
        "terms/delete.html",
        course=keeper.course,
        holds=what_a_course_has(db.session, keeper.course.id),
        refused=refused,
    )
