"""Reading a result: points and messages per question, and the executed notebook."""

from __future__ import annotations

import re

from flask import Blueprint, abort, make_response, render_template, request
from werkzeug.wrappers import Response

from webapp.base import markdown
from webapp.base.database import db
from webapp.courses.access import EVERYONE, for_roles
from webapp.models import Enrolment, Submission
from webapp.rendering.asked import Asked
from webapp.rendering.prepared import Prepared, renderings
from webapp.results.panel import panel_of, render_result
from webapp.visibility.submissions import (
    content_of,
    detail_as_kept,
    names_of_result,
    submission_in,
)

_Executed = tuple[Prepared, bytes | None]
_CELL = re.compile(r"^Cell (\d{1,5}), line ", re.M)

blueprint = Blueprint("results", __name__, url_prefix="/courses/<slug>/submissions")


@blueprint.app_template_filter("signed")
def signed(value: float | None) -> str:
    """Points with their sign: +1.5, −2, 0."""
    if value is None:
        return "–"
    return f"{round(value, 2):+g}".replace("-", "−") if round(value, 2) else "0"


@blueprint.app_template_filter("last_cell")
def last_cell(traceback: str) -> int | None:
    """The number of the cell that a traceback ends in."""
    found = _CELL.findall(traceback)
    return int(found[-1]) if found else None


@blueprint.get("/<int:submission_id>")
@for_roles(*EVERYONE)
def show(enrolment: Enrolment, submission_id: int) -> str:
    """Receipt, state, and the result question by question."""
    return render_result(enrolment, submission_in(db.session, enrolment, submission_id))


@blueprint.get("/<int:submission_id>/status")
@for_roles(*EVERYONE)
def status(enrolment: Enrolment, submission_id: int) -> Response:
    """The state while it moves; nothing while it is as seen; at last the result, and 286.

    286 tells htmx to stop asking, and the whole panel takes the place of the state.
    """
    submission = submission_in(db.session, enrolment, submission_id)
    panel = panel_of(enrolment, submission)
    if not panel["moving"]:
        headers = {"HX-Retarget": "#panel", "HX-Reswap": "innerHTML"}
        return make_response(render_template("results/_panel.html", **panel), 286, headers)
    if request.args.get("seen") == panel["seen"]:
        return make_response("", 204)
    return make_response(render_template("results/_status.html", **panel))


@blueprint.get("/<int:submission_id>/notebook")
@for_roles(*EVERYONE)
def notebook(enrolment: Enrolment, submission_id: int) -> str:
    """The student's own cells as they ran, with outputs and tracebacks."""
    submission = submission_in(db.session, enrolment, submission_id)
    return render_template(
        "results/notebook.html",
        course=enrolment.course,
        submission=submission,
        found=_executed(enrolment, submission)[0],
    )


def _executed(enrolment: Enrolment, submission: Submission, picture: str = "") -> _Executed:
    """The notebook as the renderer makes it, and one of its pictures."""
    names = names_of_result(db.session, submission)
    if names is None:
        abort(404)

    def load() -> Asked:
        data = content_of(db.session, submission)
        return Asked("notebook", data, detail_as_kept(db.session, submission))

    desk = renderings().desk(enrolment.user_id, enrolment.course_id)
    found = desk.notebook(names, load)
    return found, desk.picture(names, picture) if picture else None


@blueprint.get("/<int:submission_id>/pictures/<int:cell>/<int:position>")
@for_roles(*EVERYONE)
def picture(enrolment: Enrolment, submission_id: int, cell: int, position: int) -> Response:
    """One plot of one cell, which was kept when the notebook's page was made."""
    submission = submission_in(db.session, enrolment, submission_id)
    data = _executed(enrolment, submission, f"{cell}-{position}")[1]
    if data is None:
        abort(404)
    response = make_response(data)
    response.mimetype = markdown.picture_kind(data)
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
