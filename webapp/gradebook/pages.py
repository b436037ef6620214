"""Grades: totals by the course's rule, exports, nbgrader's gradebook, and one's own standing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from autograder.nbgrader.gradebook import GradebookError
from webapp.audit.record import record
from webapp.base.clock import now
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import assignments_of
from webapp.gradebook.csv_files import canvas_csv, scores_csv
from webapp.gradebook.pass_rule import PassRule, PassRuleError, explain, in_words, read_rule
from webapp.gradebook.totals import (
    CourseGrades,
    course_grades,
    graded,
    passing,
    rule_of,
    student_row,
    with_written_option,
)
from webapp.models import Enrolment, Role
from webapp.site.uploads import attachment
from webapp.visibility import sight

GRADEBOOK = "application/vnd.sqlite3"

blueprint = Blueprint("grades", __name__, url_prefix="/courses/<slug>")


@blueprint.get("/grade")
@for_roles(Role.STUDENT)
def own(enrolment: Enrolment) -> str:
    """One's own points, and the rule with where one stands."""
    course = enrolment.course
    return render_template("gradebook/own_grade.html", course=course, **standing_by_rule(enrolment))


def standing_by_rule(enrolment: Enrolment) -> dict[str, object]:
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
    written = enrolment.user_id in with_written_option(db.session, course)
    conditions = explain(rule, assignments, row.scores, written=written)
    return {
        "conditions": conditions,
        "rule_in_words": in_words(rule),
        "assignments": assignments,
        "held": held,
        "graded": graded(rule, assignments, row, written=written),
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
    form = {key: request.form.get(key, "").strip() for key in ("minimum_share", "minimum_each")}
    try:
        shares = {key: _from_percent(text) for key, text in form.items()}
        rule = read_rule({**shares, "written_option": "written_option" in request.form})
    except PassRuleError as error:
        return _page(enrolment, str(error)), 422
    change_rule(enrolment, rule)
    flash("The rule is saved, and students see it.", "success")
    return redirect(url_for("grades.show", slug=enrolment.course.slug), code=303)


def change_rule(enrolment: Enrolment, rule: PassRule) -> None:
    """Let another rule decide who passes, with a line in the log."""
    before, enrolment.course.pass_rule = enrolment.course.pass_rule, rule.stored()
    record(
        db.session,
        enrolment,
        "change pass rule",
        subject=enrolment.course.slug,
        before=before,
        after=rule.stored(),
    )
    db.session.commit()


@blueprint.get("/staff/grades/report")
@for_roles(*STAFF)
def report(enrolment: Enrolment) -> str:
    """Everyone on one page that prints well."""
    section = request.args.get("section", "").strip()[:60]
    grades = _grades(enrolment, section)
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
    return scores_file(enrolment)


@blueprint.get("/staff/grades/canvas.csv")
@for_roles(Role.INSTRUCTOR)
def canvas(enrolment: Enrolment) -> Response:
    """The file that Canvas's gradebook imports."""
    return canvas_file(enrolment)


@blueprint.get("/staff/grades/gradebook.db")
@for_roles(Role.INSTRUCTOR)
def gradebook(enrolment: Enrolment) -> Response | tuple[str, int]:
    """The course as an nbgrader gradebook."""
    try:
        return gradebook_file(enrolment)
    except GradebookError as error:
        return _page(enrolment, str(error)), 409


def scores_file(enrolment: Enrolment) -> Response:
    """Everyone's scores to save."""
    return _csv(scores_csv(_grades(enrolment)), "scores.csv")


def canvas_file(enrolment: Enrolment) -> Response:
    """The same in Canvas's layout."""
    return _csv(canvas_csv(_grades(enrolment)), f"{enrolment.course.slug}-canvas.csv")


def gradebook_file(enrolment: Enrolment) -> Response:
    """The same as nbgrader's gradebook; raises GradebookError."""
    from webapp.gradebook.to_nbgrader import export_course

    with tempfile.TemporaryDirectory(prefix="heldout-gradebook-") as folder:
        path = Path(folder) / "gradebook.db"
        export_course(db.session, enrolment.course, path)
        data = path.read_bytes() if path.exists() else b""
    if not data:
        raise GradebookError("The course has no assignment to put into a gradebook.")
    return attachment(data, "gradebook.db", GRADEBOOK)


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


def _grades(enrolment: Enrolment, section: str = "") -> CourseGrades:
    return course_grades(db.session, enrolment.course, section)


def _from_percent(text: str) -> float:
    try:
        return float(text or 0) / 100
    except ValueError:
        raise PassRuleError(f"The share is {text!r}, expected per cent from 0 to 100.") from None


def _csv(text: str, name: str) -> Response:
    response = make_response(text)
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
