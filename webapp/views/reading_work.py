"""Staff dividing what there is to read, and looking at how graders compare."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import audit
from webapp.access import STAFF, for_roles
from webapp.addresses import row_number
from webapp.calibration import calibrations, picture
from webapp.database import db
from webapp.models import Enrolment, Role
from webapp.reading_duties import assign, divide, duty_in, graders_of, load_of
from webapp.readings import works
from webapp.views.rubrics import reading_names

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
        "staff/reading_work.html",
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
    everybody = {grader.id for grader in graders_of(db.session, enrolment.course_id)}
    graders = sorted(everybody & set(request.form.getlist("grader", type=row_number)))
    readers = 2 if request.form.get("readers") == "2" else 1
    if len(graders) < readers:
        flash(f"Choose at least {readers} of the graders.", "danger")
        return _back(enrolment)
    found = works(db.session, enrolment.course, reading_names(enrolment))
    divided = divide(
        db.session, found, graders=graders, readers=readers, duty=duty_in(enrolment.course_id)
    )
    audit.record(
        db.session,
        enrolment,
        "divide readings",
        subject=enrolment.course.slug,
        readers=readers,
        graders=len(graders),
        given=divided.given,
    )
    db.session.commit()
    flash(f"{divided.given} got a reader; who had one keeps it.", "success")
    return _back(enrolment)


@blueprint.post("/work/<kind>/<int:number>")
@for_roles(Role.INSTRUCTOR)
def reassign(enrolment: Enrolment, kind: str, number: int) -> Response:
    """Let other graders read one work."""
    found = works(db.session, enrolment.course, reading_names(enrolment))
    work = next((w for w in found if (w.kind, w.id) == (kind, number)), None) or abort(404)
    everybody = {grader.id: grader.name for grader in graders_of(db.session, enrolment.course_id)}
    chosen = [g for g in request.form.getlist("grader", type=row_number) if g in everybody]
    assign(db.session, work, chosen, duty_in(enrolment.course_id))
    readers = ", ".join(everybody[grader] for grader in chosen) or "nobody"
    subject = f"{kind} {number}"
    audit.record(db.session, enrolment, "assign reader", subject=subject, readers=readers)
    db.session.commit()
    flash(f"Read by {readers} from now on.", "success")
    slug = enrolment.course.slug
    if kind == "proposal":
        return redirect(url_for("readings.proposal", slug=slug, proposal_id=number), code=303)
    return redirect(url_for("readings.review", slug=slug, review_id=number), code=303)


def _back(enrolment: Enrolment) -> Response:
    return redirect(url_for(".show", slug=enrolment.course.slug), code=303)
