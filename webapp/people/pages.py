"""Who is in a course and who left it, and links to set a password."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from flask import Blueprint, Response, abort, render_template, request

from autograder.spreadsheet import safe_cell
from webapp.base.database import db
from webapp.base.mail import configured_mailer
from webapp.base.typed_text import searched
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.people import link_operations, queries
from webapp.people.link_operations import Invitation
from webapp.people.links import hand_out, to_hand_out
from webapp.people.people_list import people_page
from webapp.site.addresses import row_number
from webapp.site.downloads import attachment

blueprint = Blueprint("people", __name__, url_prefix="/courses/<slug>/staff/people")

_PAGE_ROWS = 100
# Who of those without a password is invited: in forms.
_WHO = {"new": False, "again": True, "all": None}
_LINKS_SHOWN = 100


@blueprint.get("")
@for_roles(*STAFF)
def index(enrolment: Enrolment) -> str:
    """Everyone in the course, or those who match, in pages."""
    return _list(enrolment, former=False)


@blueprint.get("/former")
@for_roles(*STAFF)
def former(enrolment: Enrolment) -> str:
    """Everyone who left the course; their work is kept."""
    return _list(enrolment, former=True)


@blueprint.post("/invitations")
@for_roles(Role.INSTRUCTOR)
def invite(enrolment: Enrolment) -> str:
    """Links for those who have no password: by mail, or shown where none is set up."""
    return _hand_out(enrolment, _made(enrolment))


@blueprint.post("/invitations.csv")
@for_roles(Role.INSTRUCTOR)
def links_file(enrolment: Enrolment) -> Response:
    """The same as a CSV file, to hand out or to merge into letters; nothing is mailed."""
    told, kept_back = to_hand_out(db.session, enrolment, _made(enrolment))
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["name", "email", "link", "note"])
    for person, link in told:
        lines.writerow([safe_cell(person.name), safe_cell(person.email), link, ""])
    for person in kept_back:
        note = "takes part elsewhere too: gets a link by mail or from whoever runs the site"
        lines.writerow([safe_cell(person.name), safe_cell(person.email), "", note])
    return attachment(out.getvalue().encode("utf-8-sig"), "invitations.csv", "text/csv")


@blueprint.post("/<int:user_id>/link")
@for_roles(Role.INSTRUCTOR)
def new_link(enrolment: Enrolment, user_id: int) -> str:
    """A new link for someone who has no password, or has forgotten it."""
    invitation = link_operations.make_link(db.session, enrolment, user_id)
    return _hand_out(enrolment, [invitation]) if invitation else abort(404)


def _made(enrolment: Enrolment) -> Sequence[Invitation]:
    who = _WHO.get(request.form.get("who", "new"), False)
    return link_operations.make_links(db.session, enrolment, invited=who)


def _hand_out(enrolment: Enrolment, invited: Sequence[Invitation]) -> str:
    handed = hand_out(db.session, enrolment, invited, most=_LINKS_SHOWN)
    return render_template("people/handed_out.html", course=enrolment.course, **vars(handed))


def _list(enrolment: Enrolment, *, former: bool) -> str:
    course, search = enrolment.course, searched(request.args.get("search", ""))
    page = request.args.get("page", 1, type=row_number)
    listed = people_page(
        db.session, course, search=search, page=page, rows=_PAGE_ROWS, former=former
    )
    return render_template(
        "people/former.html" if former else "people/people.html",
        course=course,
        listed=listed,
        search=search,
        uninvited=queries.uninvited(db.session, course),
        by_mail=configured_mailer() is not None,
    )
