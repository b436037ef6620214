"""Reading a result: points and messages per question, and the executed notebook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from msgspec.structs import replace
from werkzeug.wrappers import Response

from autograder.results import GradeResult
from webapp.base import markdown
from webapp.base.curves import LineChart, line_chart
from webapp.base.database import db
from webapp.courses.access import EVERYONE, for_roles
from webapp.courses.assignments import question_titles
from webapp.models import Enrolment, Submission
from webapp.queue.status import current_job, progress
from webapp.results import requests
from webapp.results.history import history
from webapp.results.improvement import since_last
from webapp.results.public_tests import public_tests
from webapp.scoring import counting, late_words
from webapp.scoring.overrides import overrides_of
from webapp.submissions.notebook_cells import answers_of, source_cells
from webapp.visibility import sight as visibility
from webapp.visibility.sight import Sight
from webapp.visibility.submissions import content_of, detail_of, manual_grades, submission_in

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


@dataclass(frozen=True)
class RefusedGrade:
    """Points and a comment that could not be saved, and the sentence why."""

    question: str
    points: str
    comment: str
    sentence: str


@blueprint.get("/<int:submission_id>")
@for_roles(*EVERYONE)
def show(enrolment: Enrolment, submission_id: int) -> str:
    """Receipt, state, and the result question by question."""
    return render_result(enrolment, submission_in(enrolment, submission_id))


def render_result(
    enrolment: Enrolment,
    submission: Submission,
    refused: RefusedGrade | None = None,
    *,
    refused_words: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """The page, with the grade, override or request that was refused as somebody typed it."""
    panel = _panel(enrolment, submission)
    return render_template(
        "results/show.html", **panel, refused_grade=refused, refused_words=refused_words or {}
    )


def to_result(enrolment: Enrolment, submission: Submission, question: str = "") -> Response:
    """Back to the page, at a question of it."""
    address = url_for(
        "results.show",
        slug=enrolment.course.slug,
        submission_id=submission.id,
        _anchor=f"q-{question}" if question else None,
    )
    return redirect(address, code=303)


@blueprint.get("/<int:submission_id>/status")
@for_roles(*EVERYONE)
def status(enrolment: Enrolment, submission_id: int) -> Response:
    """The state while it moves; nothing while it is as seen; at last the result, and 286.

    286 tells htmx to stop asking, and the whole panel takes the place of the state.
    """
    submission = submission_in(enrolment, submission_id)
    panel = _panel(enrolment, submission)
    if not panel["moving"]:
        headers = {"HX-Retarget": "#panel", "HX-Reswap": "innerHTML"}
        return make_response(render_template("results/_panel.html", **panel), 286, headers)
    if request.args.get("seen") == panel["seen"]:
        return make_response("", 204)
    return make_response(render_template("results/_status.html", **panel))


def _panel(enrolment: Enrolment, submission: Submission) -> dict[str, Any]:
    """What the state and the result need, in few statements while it still moves."""
    shown: dict[str, Any] = {
        "course": enrolment.course,
        "attempts": attempts_beside(submission),
        "sight": visibility.sight_of(db.session, submission.course_assignment, submission.user_id),
        "public": [],
        "result": None,
        "grades": {},
        "history": [],
        "answers": {},
        "charts": {},
        "since": None,
        "overrides": {},
        "requests": {},
        "titles": question_titles(submission.course_assignment.assignment),
        **progress(submission, current_job(submission)),
    }
    shown["held"] = held = not (enrolment.is_staff or shown["sight"].open)
    shown["account"] = "" if held else _account(enrolment, submission, shown["sight"])
    if held:
        shown["attempts"] = [visibility.masked(attempt) for attempt in shown["attempts"]]
    if shown["moving"]:
        return shown
    result = detail_of(submission)
    data = content_of(submission) if result else b""
    if result:
        shown["public"] = public_tests(data, result)
    if held:
        # Of the result, only what became of the notebook itself is the student's yet.
        return shown | {"result": replace(result, questions=(), score=None) if result else None}
    manual = [q.name for q in result.questions if q.kind == "manual"] if result else []
    if manual:
        texts = answers_of(data, manual)
        shown["answers"] = {
            name: markdown.markdown(text, top=4) for name, text in texts.items() if text
        }
        shown["grades"] = manual_grades(submission)
    return shown | {
        "result": result,
        "history": history(db.session, submission),
        "charts": charts_of(result) if result else {},
        "since": since_last(db.session, submission, shown["attempts"]),
        "overrides": overrides_of(db.session, submission),
        "requests": requests.of_submission(db.session, submission),
    }


def _account(enrolment: Enrolment, submission: Submission, sight: Sight) -> str:
    """How late work's points came about."""
    item, course = submission.course_assignment, enrolment.course
    return late_words.account(
        submission, counting.policy_of(course, item, sight.extended_to), course
    )


def charts_of(result: GradeResult) -> dict[str, list[LineChart]]:
    """What each check drew, by the check's name."""
    checks = (check for question in result.questions for check in question.checks)
    return {check.name: [line_chart(plot) for plot in check.plots] for check in checks}


@blueprint.get("/<int:submission_id>/notebook")
@for_roles(*EVERYONE)
def notebook(enrolment: Enrolment, submission_id: int) -> str:
    """The student's own cells as they ran, with outputs and tracebacks."""
    submission = submission_in(enrolment, submission_id)
    result = detail_of(submission)
    if result is None:
        abort(404)
    outputs = {cell.cell_index: cell for cell in result.cells}
    cells = [
        (cell, outputs.get(cell.index), markdown.pieces(outputs[cell.index]))
        if cell.index in outputs
        else (cell, None, [])
        for cell in source_cells(content_of(submission))
    ]
    return render_template(
        "results/notebook.html", course=enrolment.course, submission=submission, cells=cells
    )


@blueprint.get("/<int:submission_id>/pictures/<int:cell>/<int:position>")
@for_roles(*EVERYONE)
def picture(enrolment: Enrolment, submission_id: int, cell: int, position: int) -> Response:
    """One plot of one cell."""
    result = detail_of(submission_in(enrolment, submission_id))
    found = [c for c in result.cells if c.cell_index == cell] if result else []
    if not found or position >= len(found[0].outputs):
        abort(404)
    output = found[0].outputs[position]
    data = markdown.picture_bytes(output)
    if data is None:
        abort(404)
    response = make_response(data)
    response.mimetype = output.mime
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def attempts_beside(submission: Submission) -> list[Submission]:
    """All attempts of the same student at the same assignment, newest first."""
    rows = db.session.scalars(
        sa.select(Submission)
        .where(
            Submission.course_assignment_id == submission.course_assignment_id,
            Submission.user_id == submission.user_id,
        )
        .order_by(Submission.attempt.desc())
    )
    return list(rows)
