"""Staff dividing what there is to read, and looking at how graders compare."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.reading import operations
from webapp.reading.addresses import address_of, list_address
from webapp.reading.calibration import calibrations, picture
from webapp.reading.duties import NotDivided, load_of
from webapp.reading.kinds import listed_at, place_in
from webapp.reading.kinds.answer import ANSWER
from webapp.reading.queries import graders_of, works
from webapp.rubrics.names import reading_names
from webapp.site.addresses import row_number

blueprint = Blueprint("work", __name__)

_QUESTION = "/answers/<name>/<question>/work"


@blueprint.get("/work")
@blueprint.get(_QUESTION)
@for_roles(*STAFF)
def show(enrolment: Enrolment, name: str = "", question: str = "") -> str:
    """Who has how much to read, and how graders compare."""
    place = place_in(db.session, enrolment, name, question)
    found = works(db.session, place, reading_names(enrolment))
    graders = graders_of(db.session, enrolment.course_id)
    compared = [
        (kind, calibrations(work for work in found if work.kind == kind.name))
        for kind in listed_at(place)
    ]
    return render_template(
        "reading/duties.html",
        course=enrolment.course,
        asked=place,
        graders=graders,
        load=load_of(found, graders),
        nobody=sum(not work.readers for work in found),
        compared=[(kind, rows, picture(rows)) for kind, rows in compared],
    )


@blueprint.post("/work/divide")
@blueprint.post(_QUESTION)
@for_roles(Role.INSTRUCTOR)
def divide_evenly(enrolment: Enrolment, name: str = "", question: str = "") -> Response:
    """Give every work one or two readers, evenly."""
    place = place_in(db.session, enrolment, name, question)
    readers = 2 if request.form.get("readers") == "2" else 1
    graders = request.form.getlist("grader", type=row_number)
    try:
        divided = operations.divide(db.session, enrolment, place, graders=graders, readers=readers)
        flash(f"{divided.given} got a reader; who had one keeps it.", "success")
    except NotDivided as error:
        flash(str(error), "danger")
    return redirect(list_address(place, "readings.work.show"), code=303)


@blueprint.post("/work/<kind>/<int:number>")
@blueprint.post(f"{_QUESTION}/<int:number>", defaults={"kind": ANSWER.name})
@for_roles(Role.INSTRUCTOR)
def reassign(
    enrolment: Enrolment, kind: str, number: int, name: str = "", question: str = ""
) -> Response:
    """Let other graders read one work."""
    place = place_in(db.session, enrolment, name, question)
    graders = request.form.getlist("grader", type=row_number)
    try:
        readers = operations.let_read(
            db.session, enrolment, place, kind=kind, number=number, graders=graders
        )
        flash(f"Read by {readers} from now on.", "success")
    except NotDivided as error:
        flash(str(error), "danger")
    return redirect(address_of(place, kind, number), code=303)
