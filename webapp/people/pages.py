"""Who is in a course: the roster, and links to set a password."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.people import operations
from webapp.people.links import hand_out
from webapp.people.operations import Invitation, NotRemovable
from webapp.people.people_list import people_page
from webapp.people.roster import RosterError, uploaded_roster
from webapp.site.addresses import row_number
from webapp.site.uploads import FileRefused

blueprint = Blueprint("people", __name__, url_prefix="/courses/<slug>/staff/people")

_PAGE_ROWS = 100


@blueprint.get("")
@for_roles(*STAFF)
def index(enrolment: Enrolment) -> str:
    """Everyone in the course, or those who match, in pages."""
    search = request.args.get("search", "").strip()[:100]
    page = request.args.get("page", 1, type=row_number)
    listed = people_page(db.session, enrolment.course, search=search, page=page, rows=_PAGE_ROWS)
    return _page(enrolment, listed=listed, search=search)


@blueprint.post("/roster")
@for_roles(Role.INSTRUCTOR)
def import_file(enrolment: Enrolment) -> str | tuple[str, int]:
    """Enrol everyone of a CSV file, or nobody when a line of it is wrong."""
    try:
        people = uploaded_roster(request.files.get("roster"))
        imported = operations.import_roster(db.session, enrolment, people)
    except (FileRefused, RosterError) as error:
        return _page(enrolment, refusal=str(error)), 422
    flash(f"{imported.enrolled} enrolled, {imported.known} were enrolled already.", "success")
    return _hand_out(enrolment, imported.invited)


@blueprint.post("/<int:user_id>/link")
@for_roles(Role.INSTRUCTOR)
def new_link(enrolment: Enrolment, user_id: int) -> str:
    """A new link for someone who has no password, or has forgotten it."""
    invitation = operations.make_link(db.session, enrolment, user_id)
    return _hand_out(enrolment, [invitation]) if invitation else abort(404)


@blueprint.post("/<int:user_id>/remove")
@for_roles(Role.INSTRUCTOR)
def remove(enrolment: Enrolment, user_id: int) -> Response:
    """Take someone out of the course; the work they handed in stays."""
    try:
        if not operations.remove(db.session, enrolment, user_id):
            abort(404)
        flash("Removed from the course. What was handed in is kept.", "success")
    except NotRemovable as error:
        flash(str(error), "info")
    return redirect(url_for("people.index", slug=enrolment.course.slug), code=303)


def _hand_out(enrolment: Enrolment, invited: Sequence[Invitation]) -> str:
    return _page(enrolment, **vars(hand_out(db.session, enrolment, invited)))


def _page(enrolment: Enrolment, **shown: object) -> str:
    return render_template("people/people.html", course=enrolment.course, **shown)
