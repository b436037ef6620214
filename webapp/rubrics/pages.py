"""The graders' kept comments, and whether authors' names show."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.rubrics import operations
from webapp.rubrics.operations import CommentRefused
from webapp.rubrics.queries import comment_in

blueprint = Blueprint("rubrics", __name__)


@blueprint.post("/comments")
@for_roles(*STAFF)
def add_comment(enrolment: Enrolment) -> Response:
    """Keep a comment for all graders of the course."""
    try:
        operations.keep_comment(db.session, enrolment, request.form.get("text", "").strip())
        flash("The comment is kept.", "success")
    except CommentRefused as error:
        flash(str(error), "danger")
    return _readings(enrolment)


@blueprint.post("/comments/<int:comment_id>/remove")
@for_roles(*STAFF)
def remove_comment(enrolment: Enrolment, comment_id: int) -> Response:
    """Keep a comment no longer; where it was given it stays."""
    found = comment_in(db.session, enrolment.course_id, comment_id) or abort(404)
    operations.forget_comment(db.session, found)
    flash("The comment is removed.", "success")
    return _readings(enrolment)


@blueprint.post("/names")
@for_roles(Role.INSTRUCTOR)
def save_names(enrolment: Enrolment) -> Response:
    """Hide authors' names from readers, or show them."""
    hidden = request.form.get("hidden") == "yes"
    operations.hide_names(db.session, enrolment, hidden=hidden)
    flash("Names are hidden now." if hidden else "Names are shown now.", "success")
    return _readings(enrolment)


def _readings(enrolment: Enrolment) -> Response:
    return redirect(url_for("readings.index", slug=enrolment.course.slug), code=303)
