"""The form by which staff give a written answer its points by hand."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Submission
from webapp.results.operations import GradeRefused, give_points
from webapp.results.pages import RefusedGrade, render_result
from webapp.visibility.submissions import submission_in

blueprint = Blueprint("by_hand", __name__, url_prefix="/courses/<slug>/staff")


@blueprint.post("/submissions/<int:submission_id>/grades/<question>")
@for_roles(*STAFF)
def grade(enrolment: Enrolment, submission_id: int, question: str) -> Response | tuple[str, int]:
    """Give points and a comment for a written answer."""
    submission = submission_in(enrolment, submission_id)
    given, comment = request.form.get("points", ""), request.form.get("comment", "").strip()
    try:
        saved = give_points(enrolment, submission, question, given, comment=comment)
    except GradeRefused as error:
        refused = RefusedGrade(question, given, comment, str(error))
        return render_result(enrolment, submission, refused), 422
    flash(f"{saved} points are saved.", "success")
    return _submission_page(enrolment, submission)


def _submission_page(enrolment: Enrolment, submission: Submission) -> Response:
    address = url_for("results.show", slug=enrolment.course.slug, submission_id=submission.id)
    return redirect(address, code=303)
