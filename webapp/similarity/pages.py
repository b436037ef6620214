"""Instructors: which attempts of an assignment share passages, and a pair side by side."""

from __future__ import annotations

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import assignment_in, for_roles
from webapp.models import CourseAssignment, Enrolment, ReportState, Role
from webapp.similarity import operations
from webapp.similarity import reports as similarity_reports
from webapp.similarity.operations import SimilarityRefused
from webapp.similarity.side_by_side import side_by_side
from webapp.site.addresses import row_number

blueprint = Blueprint(
    "similarity", __name__, url_prefix="/courses/<slug>/staff/assignments/<name>/similarity"
)
_PAGE_ROWS = 50
_STOP_POLLING = 286


@blueprint.get("")
@for_roles(Role.INSTRUCTOR)
def show(enrolment: Enrolment, name: str) -> str:
    """The newest report, or how far it has come, and the form to make another."""
    return _page(enrolment, assignment_in(enrolment, name))


@blueprint.post("")
@for_roles(Role.INSTRUCTOR)
def start(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Have the class compared; a worker does it."""
    assignment = assignment_in(enrolment, name)
    every = request.form.get("attempts") == "all"
    try:
        operations.compare_notebooks(db.session, enrolment, assignment, all_attempts=every)
    except SimilarityRefused as error:
        return _page(enrolment, assignment, str(error)), 409
    return redirect(_address(enrolment, name), code=303)


@blueprint.get("/status")
@for_roles(Role.INSTRUCTOR)
def status(enrolment: Enrolment, name: str) -> Response:
    """How far it has come; when it is done the whole page is asked for anew."""
    assignment = assignment_in(enrolment, name)
    report = similarity_reports.latest_report(db.session, assignment)
    if report is None or not report.open:
        return make_response("", _STOP_POLLING, {"HX-Refresh": "true"})
    page = render_template(
        "similarity/_progress.html",
        course=enrolment.course,
        assignment=assignment,
        report=report,
    )
    return make_response(page)


@blueprint.post("/cancel")
@for_roles(Role.INSTRUCTOR)
def cancel(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Stop the report that is being made."""
    assignment = assignment_in(enrolment, name)
    try:
        operations.cancel_comparison(db.session, enrolment, assignment)
    except SimilarityRefused as error:
        return _page(enrolment, assignment, str(error)), 409
    flash("The comparison is cancelled.", "success")
    return redirect(_address(enrolment, name), code=303)


@blueprint.get("/pairs/<int:pair_id>")
@for_roles(Role.INSTRUCTOR)
def pair(enrolment: Enrolment, name: str, pair_id: int) -> str:
    """Two attempts side by side, with what they share marked."""
    assignment = assignment_in(enrolment, name)
    found = similarity_reports.pair_in(db.session, assignment, pair_id) or abort(404)
    return render_template(
        "similarity/pair.html",
        course=enrolment.course,
        assignment=assignment,
        pair=found,
        same_team=bool(similarity_reports.team_mates(db.session, found.report, [found])),
        sides=side_by_side(found),
    )


def _page(enrolment: Enrolment, assignment: CourseAssignment, refusal: str = "") -> str:
    report = similarity_reports.latest_report(db.session, assignment)
    listed = None
    if report is not None and report.state == ReportState.DONE:
        page = request.args.get("page", 1, type=row_number)
        listed = similarity_reports.pairs_of(db.session, report, page=page, rows=_PAGE_ROWS)
    return render_template(
        "similarity/report.html",
        course=enrolment.course,
        assignment=assignment,
        report=report,
        listed=listed,
        refusal=refusal,
    )


def _address(enrolment: Enrolment, name: str) -> str:
    return url_for("similarity.show", slug=enrolment.course.slug, name=name)
