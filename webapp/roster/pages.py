"""Instructors: a roster's file, what its columns hold, what it would change, and doing it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import for_roles
from webapp.models import Enrolment, Role, RosterFile
from webapp.people.link_operations import links_for
from webapp.people.links import hand_out
from webapp.roster import operations, queries
from webapp.roster.columns import FIELDS
from webapp.roster.plan import Plan
from webapp.roster.reading import MOST_BYTES, Choice, Roster, read_roster, uploaded_roster
from webapp.roster.table import MOST_COLUMNS, MOST_ROWS
from webapp.roster.text import ENCODINGS, RosterError
from webapp.site.addresses import row_number
from webapp.site.uploads import FileRefused

blueprint = Blueprint("roster", __name__, url_prefix="/courses/<slug>/staff/people/roster")

# So many rows of a kind, and links, are shown; the numbers say how many there are.
_SHOWN = 300
_LINKS_SHOWN = 100
_SAMPLES = 3


@blueprint.get("")
@for_roles(Role.INSTRUCTOR)
def show(enrolment: Enrolment) -> str | tuple[str, int]:
    """The form for a file; or the file that was chosen, its columns and what it would change."""
    file = queries.kept_file(db.session, enrolment.course_id, enrolment.user_id)
    return _form(enrolment) if file is None else _preview(enrolment, file, request.args)


@blueprint.post("")
@for_roles(Role.INSTRUCTOR)
def upload(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Keep a file to look at; nothing of the course is changed."""
    try:
        upload = uploaded_roster(request.files.get("roster"))
        read_roster(upload.data, upload.filename)
    except (FileRefused, RosterError) as error:
        return _form(enrolment, refusal=str(error)), 422
    operations.keep_file(db.session, enrolment, upload)
    return redirect(_address(enrolment), code=303)


@blueprint.post("/take")
@for_roles(Role.INSTRUCTOR)
def take(enrolment: Enrolment) -> str | tuple[str, int] | Response:
    """Do what was shown, exactly that."""
    file = queries.kept_file(db.session, enrolment.course_id, enrolment.user_id)
    if file is None:
        flash("There is no roster to take in any more: choose the file again.", "info")
        return redirect(_address(enrolment), code=303)
    try:
        roster = read_roster(file.data, file.filename, _choice(request.form))
        taken = operations.take_roster(
            db.session,
            enrolment,
            roster.people(),
            digest=request.form.get("digest", ""),
            remove=_to_remove(),
            leave_conflicts=True,
        )
    except RosterError as error:
        return _preview(enrolment, file, request.form, refusal=str(error))[0], 409
    flash(taken.sentence, "success")
    invited = links_for(db.session, taken.people)
    handed = hand_out(db.session, enrolment, invited, most=_LINKS_SHOWN)
    return render_template("people/handed_out.html", course=enrolment.course, **vars(handed))


@blueprint.post("/discard")
@for_roles(Role.INSTRUCTOR)
def discard(enrolment: Enrolment) -> Response:
    """Throw the file away."""
    operations.forget_file(db.session, enrolment)
    flash("The roster is thrown away: nothing was changed.", "success")
    return redirect(_address(enrolment), code=303)


def _to_remove() -> set[int] | None:
    """Who of the missing is to leave; None for all of them."""
    if request.form.get("remove_all"):
        return None
    try:
        return {row_number(text) for text in request.form.getlist("remove")}
    except ValueError:
        abort(400)


def _choice(values: Mapping[str, str]) -> Choice:
    """What a form says of the file, or its empty parts."""
    columns = tuple(values[key] for n in range(MOST_COLUMNS) if (key := f"c{n}") in values)
    heading = {"yes": True, "no": False}.get(values.get("heading", ""))
    return Choice(values.get("encoding", ""), heading, columns or None)


def _form(enrolment: Enrolment, refusal: str = "") -> str:
    return render_template(
        "roster/upload.html",
        course=enrolment.course,
        refusal=refusal,
        most_bytes=MOST_BYTES,
        most_rows=MOST_ROWS,
    )


def _preview(
    enrolment: Enrolment, file: RosterFile, values: Mapping[str, str], refusal: str = ""
) -> tuple[str, int]:
    choice = _choice(values)
    roster: Roster | None = None
    plan: Plan | None = None
    try:
        roster = read_roster(file.data, file.filename, choice)
        plan = operations.plan_of(db.session, enrolment, roster.people())
    except RosterError as error:
        refusal = refusal or str(error)
    page = render_template(
        "roster/preview.html",
        course=enrolment.course,
        file=file,
        choice=choice,
        roster=roster,
        plan=plan,
        refusal=refusal,
        fields=FIELDS,
        encodings=ENCODINGS,
        shown=_SHOWN,
        samples=_SAMPLES,
    )
    return page, 422 if plan is None else 200


def _address(enrolment: Enrolment) -> str:
    return url_for("roster.show", slug=enrolment.course.slug)
