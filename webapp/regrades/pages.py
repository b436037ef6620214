"""Regrading an assignment: start, watch, look at who changes, then publish or discard."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.base.histogram import change_chart
from webapp.base.paging import nearest_page, page_count
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.courses.assignments import question_titles
from webapp.courses.people import all_sections
from webapp.grading.conditions import CannotGrade
from webapp.grading.library import library
from webapp.models import CourseAssignment, Enrolment, Regrade, Role, Scope
from webapp.regrades import operations
from webapp.regrades.changes import changes
from webapp.regrades.operations import Outcome
from webapp.regrades.queries import (
    RegradeRefused,
    earlier_regrades,
    open_regrade,
    progress,
    shown_regrade,
)
from webapp.site.addresses import row_number

blueprint = Blueprint(
    "regrades", __name__, url_prefix="/courses/<slug>/staff/assignments/<name>/regrade"
)
_PAGE_ROWS = 50
_STOP_POLLING = 286


@blueprint.get("")
@for_roles(*STAFF)
def show(enrolment: Enrolment, name: str) -> str:
    """The open regrade with whom it changes, or the form to start one; and earlier ones."""
    return _page(enrolment, assignment_in(enrolment, name))


@blueprint.post("")
@for_roles(Role.INSTRUCTOR)
def start(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Run the current checks over the attempts that were chosen."""
    assignment = assignment_in(enrolment, name)
    scope, section = request.form.get("scope", ""), request.form.get("section", "").strip()[:60]
    try:
        operations.start_regrade(
            db.session,
            enrolment,
            assignment,
            library().conditions(db.session, assignment.assignment),
            scope=Scope(scope) if scope in set(Scope) else Scope.COUNTING,
            section=section,
        )
    except (RegradeRefused, CannotGrade) as error:
        return _page(enrolment, assignment, str(error)), 409
    return redirect(_address(enrolment, assignment), code=303)


@blueprint.get("/status")
@for_roles(*STAFF)
def status(enrolment: Enrolment, name: str) -> Response:
    """How far it has come; when it is done the whole page is asked for anew."""
    assignment = assignment_in(enrolment, name)
    regrade = open_regrade(db.session, assignment)
    found = progress(db.session, regrade) if regrade else None
    if found is None or not found.running:
        return make_response("", _STOP_POLLING, {"HX-Refresh": "true"})
    page = render_template(
        "regrades/_progress.html",
        course=enrolment.course,
        assignment=assignment,
        progress=found,
    )
    return make_response(page)


@blueprint.post("/publish")
@for_roles(Role.INSTRUCTOR)
def publish(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Let students see the new results, all at once."""
    return _finish(enrolment, name, operations.publish_regrade)


@blueprint.post("/discard")
@for_roles(Role.INSTRUCTOR)
def discard(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Stop what still runs and remove the new results."""
    return _finish(enrolment, name, operations.discard_regrade)


@blueprint.post("/retry")
@for_roles(Role.INSTRUCTOR)
def retry(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Queue again what faults of ours have stopped."""
    return _finish(enrolment, name, operations.retry_stopped)


_Operation = Callable[[Session, Enrolment, Regrade], Outcome]


def _finish(enrolment: Enrolment, name: str, operation: _Operation) -> Response | tuple[str, int]:
    """Do that to the regrade that the page showed."""
    assignment = assignment_in(enrolment, name)
    number = request.form.get("regrade", type=row_number)
    try:
        shown = shown_regrade(db.session, assignment, number)
        done = operation(db.session, enrolment, shown)
    except RegradeRefused as error:
        return _page(enrolment, assignment, str(error)), 409
    flash(done.words, "success")
    return redirect(_address(enrolment, assignment), code=303)


def _page(enrolment: Enrolment, assignment: CourseAssignment, refusal: str = "") -> str:
    regrade = open_regrade(db.session, assignment)
    shown = (
        _preview(regrade) if regrade else {"sections": all_sections(db.session, enrolment.course)}
    )
    return render_template(
        "regrades/regrade.html",
        course=enrolment.course,
        assignment=assignment,
        regrade=regrade,
        refusal=refusal,
        titles=question_titles(db.session, assignment.assignment),
        earlier=earlier_regrades(db.session, assignment),
        **shown,
    )


def _preview(regrade: Regrade) -> dict[str, object]:
    found = changes(db.session, regrade)
    pages = page_count(len(found), _PAGE_ROWS)
    page = nearest_page(request.args.get("page", 1, type=row_number), pages)
    return {
        "progress": progress(db.session, regrade),
        "found": len(found),
        "rows": found[(page - 1) * _PAGE_ROWS : page * _PAGE_ROWS],
        "page": page,
        "pages": pages,
        "chart": change_chart([change.difference for change in found]),
    }


def _address(enrolment: Enrolment, assignment: CourseAssignment) -> str:
    return url_for("regrades.show", slug=enrolment.course.slug, name=assignment.assignment)
