"""A result as pages show it: its state and its questions, with what was refused as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, url_for
from msgspec.structs import replace
from werkzeug.wrappers import Response

from autograder.results import GradeResult
from webapp.base.curves import LineChart, line_chart
from webapp.base.database import db
from webapp.courses.assignments import question_titles
from webapp.models import Enrolment, Submission
from webapp.queue.status import progress
from webapp.rendering.prepared import renderings
from webapp.results import requests
from webapp.results.history import history
from webapp.results.improvement import since_last
from webapp.results.public_tests import public_tests
from webapp.results.queries import attempts_beside
from webapp.scoring import counting, late_words
from webapp.scoring.overrides import overrides_of
from webapp.submissions.notebook_cells import answers_of, notebook_of, texts_given
from webapp.visibility import sight as visibility
from webapp.visibility.sight import Sight
from webapp.visibility.submissions import content_of, detail_of, manual_grades

if TYPE_CHECKING:
    from autograder.submitted.notebook import Notebook


@dataclass(frozen=True)
class RefusedGrade:
    """Points and a comment that could not be saved, and the sentence why."""

    question: str
    points: str
    comment: str
    sentence: str


def render_result(
    enrolment: Enrolment,
    submission: Submission,
    refused: RefusedGrade | None = None,
    *,
    refused_words: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """The page, with the grade, override or request that was refused as somebody typed it."""
    panel = panel_of(enrolment, submission)
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


def panel_of(enrolment: Enrolment, submission: Submission) -> dict[str, Any]:
    """What the state and the result need, in few statements while it still moves."""
    shown: dict[str, Any] = {
        "course": enrolment.course,
        "attempts": attempts_beside(db.session, submission),
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
        "titles": question_titles(db.session, submission.course_assignment.assignment),
        **progress(db.session, submission),
    }
    shown["held"] = held = not (enrolment.is_staff or shown["sight"].open)
    shown["account"] = "" if held else _account(enrolment, submission, shown["sight"])
    if held:
        shown["attempts"] = [visibility.masked(attempt) for attempt in shown["attempts"]]
    if shown["moving"]:
        return shown
    result = detail_of(db.session, submission)
    notebook = notebook_of(content_of(db.session, submission) if result else b"")
    if result:
        shown["public"] = public_tests(notebook, result)
    if held:
        # Of the result, only what became of the notebook itself is the student's yet.
        return shown | {"result": replace(result, questions=(), score=None) if result else None}
    shown["since"] = since_last(db.session, submission, shown["attempts"])
    return shown | _marked(enrolment, submission, result=result, notebook=notebook)


def _marked(
    enrolment: Enrolment,
    submission: Submission,
    *,
    result: GradeResult | None,
    notebook: Notebook,
) -> dict[str, Any]:
    """The questions with what staff and the student said about them."""
    shown: dict[str, Any] = {
        "result": result,
        "history": history(db.session, submission),
        "charts": charts_of(result) if result else {},
        "overrides": overrides_of(db.session, submission),
        "requests": requests.of_submission(db.session, submission),
    }
    manual = [q.name for q in result.questions if q.kind == "manual"] if result else []
    if manual:
        given = texts_given(db.session, submission.course_assignment.assignment)
        found = answers_of(notebook, manual, given)
        desk = renderings().desk(enrolment.user_id, enrolment.course_id)
        shown["answers"] = {name: desk.text(each.text, top=4) for name, each in found.items()}
        shown["astray"] = {name: each.note for name, each in found.items() if each.note}
        shown["grades"] = manual_grades(db.session, submission)
    return shown


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
