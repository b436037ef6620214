"""Staff dividing what there is to read, and looking at how graders compare."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.reading.calibration import calibrations, picture
from webapp.reading.duties import (
    Divided,
    NotDivided,
    duty_in,
    graders_of,
    hand_out,
    hand_over,
    load_of,
)
from webapp.reading.works import works
from webapp.rubrics.names import reading_names
from webapp.site.addresses import row_number

blueprint = Blueprint("work", __name__)

_KINDS = {"proposal": "Proposals", "review": "Paper reviews"}


@blueprint.get("/work")
@for_roles(*STAFF)
def show(enrolment: Enrolment) -> str:
    """Who has how much to read, and how graders compare."""
    found = works(db.session, enrolment.course, reading_names(enrolment))
    graders = graders_of(db.session, enrolment.course_id)
    rows = {kind: calibrations(w for w in found if w.kind == kind) for kind in _KINDS}
    return render_template(
        "reading/duties.html",
        course=enrolment.course,
        kinds=_KINDS,
        graders=graders,
        load=load_of(found, graders),
        nobody=sum(not work.readers for work in found),
        calibrations=rows,
        pictures={kind: picture(found_rows) for kind, found_rows in rows.items()},
    )


@blueprint.post("/work/divide")
@for_roles(Role.INSTRUCTOR)
def divide_evenly(enrolment: Enrolment) -> Response:
    """Give every work one or two readers, evenly."""
    readers = 2 if request.form.get("readers") == "2" else 1
    try:
        divided = divide_works(enrolment, request.form.getlist("grader", type=row_number), readers)
        flash(f"{divided.given} got a reader; who had one keeps it.", "success")
    except NotDivided as error:
        flash(str(error), "danger")
    return _back(enrolment)


def divide_works(enrolment: Enrolment, graders: Collection[int], readers: int) -> Divided:
    """Divide the course's proposals and reviews; raises NotDivided."""
    return hand_out(
        db.session,
        enrolment,
        works(db.session, enrolment.course, reading_names(enrolment)),
        graders=graders,
        readers=readers,
        duty=duty_in(enrolment.course_id),
        subject=enrolment.course.slug,
    )


@blueprint.post("/work/<kind>/<int:number>")
@for_roles(Role.INSTRUCTOR)
def reassign(enrolment: Enrolment, kind: str, number: int) -> Response:
    """Let other graders read one work."""
    graders = request.form.getlist("grader", type=row_number)
    try:
        readers = let_read(enrolment, kind, number, graders)
        flash(f"Read by {readers} from now on.", "success")
    except NotDivided as error:
        flash(str(error), "danger")
    slug = enrolment.course.slug
    if kind == "proposal":
        return redirect(url_for("readings.proposal", slug=slug, proposal_id=number), code=303)
    return redirect(url_for("readings.review", slug=slug, review_id=number), code=303)


def let_read(enrolment: Enrolment, kind: str, number: int, graders: Sequence[int]) -> str:
    """Let exactly these read a proposal or review of the course, or 404; their names.

    Raises NotDivided.
    """
    found = works(db.session, enrolment.course, reading_names(enrolment))
    work = next((w for w in found if (w.kind, w.id) == (kind, number)), None) or abort(404)
    duty, subject = duty_in(enrolment.course_id), f"{kind} {number}"
    return hand_over(db.session, enrolment, work, graders=graders, duty=duty, subject=subject)


def _back(enrolment: Enrolment) -> Response:
    return redirect(url_for(".show", slug=enrolment.course.slug), code=303)
