"""Staff: points set by hand for a question or a whole attempt, and taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response

from webapp.audit.record import Action, record
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Submission
from webapp.results.pages import render_result, to_result
from webapp.scoring import overrides
from webapp.scoring.overrides import OverrideRefused
from webapp.visibility.submissions import submission_in

blueprint = Blueprint("overrides", __name__, url_prefix="/courses/<slug>/staff/submissions")


@blueprint.post("/<int:submission_id>/override")
@for_roles(*STAFF)
def save(enrolment: Enrolment, submission_id: int) -> Response | tuple[str, int]:
    """Let staff's points count for the form's question, or for the whole without one."""
    submission = submission_in(enrolment, submission_id)
    question = request.form.get("question", "")
    try:
        override = overrides.set_points(
            db.session,
            submission,
            question=question,
            points=request.form.get("points", ""),
            reason=request.form.get("reason", ""),
            actor_id=enrolment.user_id,
        )
    except OverrideRefused as error:
        db.session.rollback()
        refused = {"override": {"question": question, "sentence": str(error), **request.form}}
        return render_result(enrolment, submission, refused_words=refused), 422
    _note(
        enrolment,
        submission,
        "override score",
        question=question or "whole attempt",
        before=override.automatic,
        points=override.points,
        reason=override.reason,
    )
    flash("The points are set, and the student can read why.", "success")
    return to_result(enrolment, submission, question)


@blueprint.post("/<int:submission_id>/override/remove")
@for_roles(*STAFF)
def remove(enrolment: Enrolment, submission_id: int) -> Response:
    """Let what the checks gave count again."""
    submission = submission_in(enrolment, submission_id)
    question = request.form.get("question", "")
    removed = overrides.remove(db.session, submission, question)
    if removed is None:
        flash("There are no points set by hand to remove.", "info")
    else:
        _note(
            enrolment,
            submission,
            "remove override",
            question=question or "whole attempt",
            points=removed.points,
        )
        flash("What the checks gave counts again.", "success")
    return to_result(enrolment, submission, question)


def _note(enrolment: Enrolment, submission: Submission, action: Action, **detail: Any) -> None:
    record(db.session, enrolment, action, subject=f"submission {submission.id}", **detail)
    db.session.commit()
