"""The form by which staff give a written answer its points by hand."""

from __future__ import annotations

from flask import Blueprint, abort, flash, request
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.base.numbers import TypedNumber
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment
from webapp.results.operations import GradeRefused, NoSuchQuestion, give_points
from webapp.results.panel import RefusedGrade, render_result, to_result
from webapp.visibility.submissions import submission_in

blueprint = Blueprint("by_hand", __name__, url_prefix="/courses/<slug>/staff")


@blueprint.post("/submissions/<int:submission_id>/grades/<question>")
@for_roles(*STAFF)
def grade(enrolment: Enrolment, submission_id: int, question: str) -> Response | tuple[str, int]:
    """Give points and a comment for a written answer."""
    submission = submission_in(db.session, enrolment, submission_id)
    points = TypedNumber(request.form.get("points", ""))
    comment = request.form.get("comment", "").strip()
    try:
        most = give_points(
            db.session, enrolment, submission, question=question, points=points, comment=comment
        )
    except NoSuchQuestion:
        abort(404)
    except GradeRefused as error:
        refused = RefusedGrade(question, points.typed, comment, str(error))
        return render_result(enrolment, submission, refused), 422
    flash(f"{points:g} of {most:g} points are saved.", "success")
    return to_result(enrolment, submission)
