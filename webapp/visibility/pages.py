"""When students see their results: the rule of an assignment, and publishing or hiding them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.models import CourseAssignment, Enrolment, ResultRule, Role
from webapp.visibility import operations, queries, sight

blueprint = Blueprint(
    "visibility", __name__, url_prefix="/courses/<slug>/staff/assignments/<name>/results"
)


@blueprint.get("")
@for_roles(*STAFF)
def show(enrolment: Enrolment, name: str) -> str:
    """The rule that holds, and what students see now."""
    assignment = assignment_in(enrolment, name)
    return render_template(
        "visibility/visibility.html",
        course=enrolment.course,
        assignment=assignment,
        sight=sight.sight_of(db.session, assignment),
        unfinished=queries.unfinished(db.session, assignment),
    )


@blueprint.post("/rule")
@for_roles(Role.INSTRUCTOR)
def rule(enrolment: Enrolment, name: str) -> Response:
    """Choose the rule."""
    assignment = assignment_in(enrolment, name)
    chosen = request.form.get("rule", "at_once")
    if chosen not in set(ResultRule):
        abort(422)
    operations.change_rule(db.session, enrolment, assignment, ResultRule(chosen))
    return _done(enrolment, assignment, "The rule is saved.")


@blueprint.post("/publish")
@for_roles(Role.INSTRUCTOR)
def publish(enrolment: Enrolment, name: str) -> Response:
    """Show results to students now, or hide them again."""
    assignment = assignment_in(enrolment, name)
    on = request.form.get("on", "yes") == "yes"
    operations.show_results(db.session, enrolment, assignment, on=on)
    said = "Students see their results now." if on else "Results are hidden from students."
    return _done(enrolment, assignment, said)


def _done(enrolment: Enrolment, assignment: CourseAssignment, said: str) -> Response:
    flash(said, "success")
    address = url_for("visibility.show", slug=enrolment.course.slug, name=assignment.assignment)
    return redirect(address, code=303)
