"""Grades: totals by the course's rule, exports, nbgrader's gradebook, and one's own standing."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from autograder.nbgrader.gradebook import GradebookError
from webapp.base.clock import now
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import assignments_of
from webapp.gradebook import operations
from webapp.gradebook.downloads import canvas_file, gradebook_file, scores_file
from webapp.gradebook.pass_rule import PassRule, PassRuleError, explain, in_words
from webapp.gradebook.totals import (
    course_grades,
    graded,
    passing,
    rule_of,
    student_row,
    with_written_option,
)
from webapp.models import Enrolment, Role
from webapp.visibility import sight

blueprint = Blueprint("grades", __name__, url_prefix="/courses/<slug>")


@blueprint.get("/grade")
@for_roles(Role.STUDENT)
def own(enrolment: Enrolment) -> str:
    """One's own points, and the rule with where one stands."""
    course = enrolment.course
    return render_template(
        "gradebook/own_grade.html", course=course, **_standing_by_rule(enrolment)
    )


def _standing_by_rule(enrolment: Enrolment) -> dict[str, object]:
    """What a page needs to show a student the rule, and where they stand."""
    course = enrolment.course
    rule, fault = rule_of(course)
    if fault:
        current_app.logger.error("course %s: %s", course.slug, fault)
    assignments = assignments_of(db.session, course)
    row = student_row(db.session, enrolment)
    sights = sight.sights_of(db.session, assignments, enrolment.user_id)
    held = [item for item in assignments if not sights[item.id].open]
    for item in held:
        row.cells.pop(item.id, None)
    handed_in = enrolment.user_id in with_written_option(db.session, course)
    conditions = explain(rule, assignments, row.scores, written_option=handed_in)
    return {
        "conditions": conditions,
        "rule_in_words": in_words(rule),
        "assignments": assignments,
        "held": held,
        "graded": graded(rule, assignments, row, written_option=handed_in),
    }


@blueprint.get("/staff/grades")
@for_roles(*STAFF)
def show(enrolment: Enrolment) -> str:
    """The rule, how many pass by it as things are, and everything to take away."""
    return _page(enrolment)


@blueprint.post("/staff/grades/rule")
@for_roles(Role.INSTRUCTOR)
def save_rule(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Change the rule; the shares are typed in per cent."""
    share, each = (request.form.get(key, "").strip() for key in ("minimum_share", "minimum_each"))
    needed = "written_option" in request.form
    try:
        rule = PassRule(_from_percent(share), _from_percent(each), written_option=needed)
    except PassRuleError as error:
        return _page(enrolment, str(error)), 422
    operations.change_pass_rule(db.session, enrolment, rule=rule)
    flash("The rule is saved, and students see it.", "success")
    return redirect(url_for("grades.show", slug=enrolment.course.slug), code=303)


@blueprint.get("/staff/grades/report")
@for_roles(*STAFF)
def report(enrolment: Enrolment) -> str:
    """Everyone on one page that prints well."""
    section = request.args.get("section", "").strip()[:60]
    grades = course_grades(db.session, enrolment.course, section)
    return render_template(
        "gradebook/report.html",
        course=enrolment.course,
        grades=grades,
        section=section,
        rule_in_words=in_words(grades.rule),
        moment=now(),
    )


@blueprint.get("/staff/scores.csv")
@for_roles(Role.INSTRUCTOR)
def export(enrolment: Enrolment) -> Response:
    """Everything as CSV."""
    return scores_file(enrolment.course)


@blueprint.get("/staff/grades/canvas.csv")
@for_roles(Role.INSTRUCTOR)
def canvas(enrolment: Enrolment) -> Response:
    """The file that Canvas's gradebook imports."""
    return canvas_file(enrolment.course)


@blueprint.get("/staff/grades/gradebook.db")
@for_roles(Role.INSTRUCTOR)
def gradebook(enrolment: Enrolment) -> Response | tuple[str, int]:
    """The course as an nbgrader gradebook."""
    try:
        return gradebook_file(enrolment.course)
    except GradebookError as error:
        return _page(enrolment, str(error)), 409


def _page(enrolment: Enrolment, refusal: str = "") -> str:
    grades = passing(db.session, enrolment.course)
    return render_template(
        "gradebook/grades.html",
        course=enrolment.course,
        grades=grades,
        rule_in_words=in_words(grades.rule),
        refusal=refusal,
        typed=request.form if request.method == "POST" else None,
    )


def _from_percent(text: str) -> float:
    try:
        return float(text or 0) / 100
    except ValueError:
        raise PassRuleError(f"The share is {text!r}, expected per cent from 0 to 100.") from None
