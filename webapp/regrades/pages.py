"""Regrading an assignment: start, watch, look at who changes, then publish or discard."""

from __future__ import annotations

import math

import sqlalchemy as sa
from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp.audit.record import Action, record
from webapp.base.database import db
from webapp.base.histogram import change_chart
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.courses.assignments import question_titles
from webapp.grading.conditions import NoJudge
from webapp.grading.tools import tools
from webapp.models import (
    CourseAssignment,
    Enrolment,
    Regrade,
    RegradeState,
    Role,
    Scope,
)
from webapp.regrades import operations as regrades
from webapp.regrades import publish as publishing
from webapp.regrades.changes import changes
from webapp.regrades.operations import RegradeRefused
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
        judge = tools().judge(assignment.assignment)
        regrade = regrades.start(
            db.session,
            assignment,
            judge,
            actor_id=enrolment.user_id,
            scope=Scope(scope) if scope in set(Scope) else Scope.COUNTING,
            section=section,
        )
    except (RegradeRefused, NoJudge) as error:
        db.session.rollback()
        return _page(enrolment, assignment, str(error)), 409
    _note(enrolment, regrade, "start regrade", scope=str(regrade.scope), section=section)
    db.session.commit()
    return redirect(_address(enrolment, assignment), code=303)


@blueprint.get("/status")
@for_roles(*STAFF)
def status(enrolment: Enrolment, name: str) -> Response:
    """How far it has come; when it is done the whole page is asked for anew."""
    assignment = assignment_in(enrolment, name)
    regrade = regrades.open_regrade(db.session, assignment)
    found = regrades.progress(db.session, regrade) if regrade else None
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
    return _finish(enrolment, name, "publish regrade")


@blueprint.post("/discard")
@for_roles(Role.INSTRUCTOR)
def discard(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Stop what still runs and remove the new results."""
    return _finish(enrolment, name, "discard regrade")


@blueprint.post("/retry")
@for_roles(Role.INSTRUCTOR)
def retry(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Queue again what faults of ours have stopped."""
    return _finish(enrolment, name, "retry regrade")


def _finish(enrolment: Enrolment, name: str, action: Action) -> Response | tuple[str, int]:
    """Do `action` to the regrade that the page showed, and note it, in one transaction."""
    assignment = assignment_in(enrolment, name)
    regrade = regrades.open_regrade(db.session, assignment)
    if regrade is None or str(regrade.id) != request.form.get("regrade"):
        return _page(enrolment, assignment, "That regrade is not open any more."), 409
    try:
        said = _do(action, regrade)
    except RegradeRefused as error:
        db.session.rollback()
        return _page(enrolment, assignment, str(error)), 409
    _note(enrolment, regrade, action, outcome=said)
    db.session.commit()
    flash(said, "success")
    return redirect(_address(enrolment, assignment), code=303)


def _do(action: Action, regrade: Regrade) -> str:
    if action == "publish regrade":
        count = publishing.publish(db.session, regrade)
        return f"The regrade is published: {count} new result{'s' if count != 1 else ''}."
    if action == "discard regrade":
        regrades.discard(db.session, regrade)
        return "The regrade is discarded: every score is as it was."
    return f"{regrades.retry_stopped(db.session, regrade)} queued again."


def _page(enrolment: Enrolment, assignment: CourseAssignment, refusal: str = "") -> str:
    regrade = regrades.open_regrade(db.session, assignment)
    shown = _preview(regrade) if regrade else {"sections": _sections(enrolment)}
    return render_template(
        "regrades/regrade.html",
        course=enrolment.course,
        assignment=assignment,
        regrade=regrade,
        refusal=refusal,
        titles=question_titles(assignment.assignment),
        earlier=_earlier(assignment),
        **shown,
    )


def _preview(regrade: Regrade) -> dict[str, object]:
    found = changes(db.session, regrade)
    pages = max(1, math.ceil(len(found) / _PAGE_ROWS))
    page = min(max(request.args.get("page", 1, type=row_number), 1), pages)
    return {
        "progress": regrades.progress(db.session, regrade),
        "found": len(found),
        "rows": found[(page - 1) * _PAGE_ROWS : page * _PAGE_ROWS],
        "page": page,
        "pages": pages,
        "chart": change_chart([change.difference for change in found]),
    }


def _sections(enrolment: Enrolment) -> list[str]:
    found = db.session.scalars(
        sa.select(Enrolment.section)
        .where(Enrolment.course_id == enrolment.course_id, Enrolment.section != "")
        .distinct()
        .order_by(Enrolment.section)
    )
    return list(found)


def _earlier(assignment: CourseAssignment) -> list[Regrade]:
    found = db.session.scalars(
        sa.select(Regrade)
        .options(joinedload(Regrade.started_by))
        .where(Regrade.course_assignment_id == assignment.id, Regrade.state != RegradeState.OPEN)
        .order_by(Regrade.id.desc())
        .limit(20)
    )
    return list(found)


def _note(enrolment: Enrolment, regrade: Regrade, action: Action, **detail: str) -> None:
    subject = f"regrade {regrade.id} of {regrade.course_assignment.assignment}"
    record(db.session, enrolment, action, subject=subject, version=regrade.grader_version, **detail)


def _address(enrolment: Enrolment, assignment: CourseAssignment) -> str:
    return url_for("regrades.show", slug=enrolment.course.slug, name=assignment.assignment)
