"""Staff: points set by hand for a question or a whole attempt, and taken back."""

from __future__ import annotations

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.base.numbers import TypedNumber
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment
from webapp.results import operations
from webapp.results.panel import render_result, to_result
from webapp.scoring.points_by_hand import OverrideRefused
from webapp.visibility.submissions import submission_in

blueprint = Blueprint("overrides", __name__, url_prefix="/courses/<slug>/staff/submissions")


@blueprint.post("/<int:submission_id>/override")
@for_roles(*STAFF)
def save(enrolment: Enrolment, submission_id: int) -> Response | tuple[str, int]:
    """Let staff's points count for the form's question, or for the whole without one."""
    submission = submission_in(db.session, enrolment, submission_id)
    question = request.form.get("question", "")
    try:
        operations.override_score(
            db.session,
            enrolment,
            submission,
            question=question,
            points=TypedNumber(request.form.get("points", "")),
            reason=request.form.get("reason", ""),
        )
    except OverrideRefused as error:
        refused = {"override": {"question": question, "sentence": str(error), **request.form}}
        return render_result(enrolment, submission, refused_words=refused), 422
    flash("The points are set, and the student can read why.", "success")
    return to_result(enrolment, submission, question)


@blueprint.post("/<int:submission_id>/override/remove")
@for_roles(*STAFF)
def remove(enrolment: Enrolment, submission_id: int) -> Response:
    """Let what the checks gave count again."""
    submission = submission_in(db.session, enrolment, submission_id)
    question = request.form.get("question", "")
    try:
        operations.remove_override(db.session, enrolment, submission, question=question)
    except OverrideRefused as error:
        flash(str(error), "info")
    else:
        flash("What the checks gave counts again.", "success")
    return to_result(enrolment, submission, question)
