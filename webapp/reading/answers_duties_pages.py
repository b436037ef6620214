"""The rubric of a written question, who reads its answers, and how graders compare."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.audit.record import record
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import AnswerDuty, Enrolment, Role
from webapp.reading.answer_points import change_rubric
from webapp.reading.answers import Answer, one_each
from webapp.reading.answers_pages import Asked, answers_to, asked_in
from webapp.reading.calibration import calibrations, picture
from webapp.reading.duties import Divided, NotDivided, graders_of, hand_out, hand_over, load_of
from webapp.rubrics.answer_rubrics import KIND
from webapp.rubrics.pages import VERSION, rubric_fields
from webapp.rubrics.rubrics import MOST_ITEMS, MOST_LEVELS, RubricError, from_form
from webapp.site.addresses import row_number

blueprint = Blueprint("answer_rules", __name__)


@blueprint.get("/answers/<name>/<question>/rubric")
@for_roles(*STAFF)
def rubric(enrolment: Enrolment, name: str, question: str) -> str:
    """The rubric of a question; instructors change it."""
    return _rubric_page(enrolment, asked_in(enrolment, name, question))


@blueprint.post("/answers/<name>/<question>/rubric")
@for_roles(Role.INSTRUCTOR)
def save_rubric(enrolment: Enrolment, name: str, question: str) -> Response | tuple[str, int]:
    """Change it, and with it the points of every answer that is read already."""
    asked = asked_in(enrolment, name, question)
    try:
        changed = change_answer_rubric(enrolment, asked, request.form)
    except RubricError as error:
        db.session.rollback()
        return _rubric_page(enrolment, asked_in(enrolment, name, question), str(error)), 422
    flash(f"The rubric is saved. Scores that changed with it: {changed}.", "success")
    return redirect(_address("rubric", enrolment, name, question), code=303)


def change_answer_rubric(enrolment: Enrolment, asked: Asked, form: Mapping[str, str]) -> int:
    """Change a question's rubric, with a line in the log; how many scores changed with it.

    Raises RubricError.
    """
    after = from_form(KIND, form)
    edited = form.get(VERSION, "")
    changed = change_rubric(db.session, asked.item, asked.question, after, edited=edited)
    record(
        db.session,
        enrolment,
        "change rubric",
        subject=f"{asked.item.assignment} {asked.question}",
        items=", ".join(f"{item.title} ({item.most:g})" for item in after.items),
        scores_changed=changed,
    )
    db.session.commit()
    return changed


def _rubric_page(enrolment: Enrolment, asked: Asked, refusal: str = "") -> str:
    return render_template(
        "reading/answer_rubric.html",
        course=enrolment.course,
        asked=asked,
        rubric=asked.rubric,
        fields=request.form if refusal else rubric_fields(asked.rubric),
        places=range(min(MOST_ITEMS, len(asked.rubric.items) + 2)),
        levels=range(MOST_LEVELS),
        refusal=refusal,
    )


@blueprint.get("/answers/<name>/<question>/work")
@for_roles(*STAFF)
def work(enrolment: Enrolment, name: str, question: str) -> str:
    """Who has how much to read, and how graders compare."""
    asked = asked_in(enrolment, name, question)
    found = answers_to(enrolment, asked)
    graders = graders_of(db.session, enrolment.course_id)
    rows = calibrations(found)
    return render_template(
        "reading/answer_duties.html",
        course=enrolment.course,
        asked=asked,
        graders=graders,
        load=load_of(found, graders),
        nobody=sum(not each.readers for each in found),
        rows=rows,
        chart=picture(rows),
    )


@blueprint.post("/answers/<name>/<question>/work")
@for_roles(Role.INSTRUCTOR)
def divide_evenly(enrolment: Enrolment, name: str, question: str) -> Response:
    """Give every answer one or two readers, evenly."""
    asked = asked_in(enrolment, name, question)
    graders = request.form.getlist("grader", type=row_number)
    try:
        readers = 2 if request.form.get("readers") == "2" else 1
        divided = divide_answers(enrolment, asked, graders, readers)
        flash(f"{divided.given} got a reader; who had one keeps it.", "success")
    except NotDivided as error:
        flash(str(error), "danger")
    return redirect(_address("work", enrolment, name, question), code=303)


def divide_answers(
    enrolment: Enrolment, asked: Asked, graders: Collection[int], readers: int
) -> Divided:
    """Divide the answers to a question; raises NotDivided."""
    return hand_out(
        db.session,
        enrolment,
        one_each(answers_to(enrolment, asked)),
        graders=graders,
        readers=readers,
        duty=_duty_for(asked),
        subject=f"{asked.item.assignment} {asked.question}",
    )


@blueprint.post("/answers/<name>/<question>/work/<int:submission_id>")
@for_roles(Role.INSTRUCTOR)
def reassign(enrolment: Enrolment, name: str, question: str, submission_id: int) -> Response:
    """Let other graders read one answer."""
    asked = asked_in(enrolment, name, question)
    graders = request.form.getlist("grader", type=row_number)
    try:
        readers = let_read_answer(enrolment, asked, submission_id, graders)
        flash(f"Read by {readers} from now on.", "success")
    except NotDivided as error:
        flash(str(error), "danger")
    address = url_for(
        "readings.answers.read",
        slug=enrolment.course.slug,
        name=name,
        question=question,
        submission_id=submission_id,
    )
    return redirect(address, code=303)


def let_read_answer(
    enrolment: Enrolment, asked: Asked, submission_id: int, graders: Sequence[int]
) -> str:
    """Let exactly these read one answer, or 404; their names. Raises NotDivided."""
    found = answers_to(enrolment, asked)
    answer = next((each for each in found if each.id == submission_id), None) or abort(404)
    return hand_over(
        db.session,
        enrolment,
        answer,
        graders=graders,
        duty=_duty_for(asked),
        subject=f"submission {submission_id}",
        question=asked.question,
    )


def _duty_for(asked: Asked) -> Callable[[Answer, int], AnswerDuty]:
    def duty(answer: Answer, grader_id: int) -> AnswerDuty:
        return AnswerDuty(
            course_assignment_id=asked.item.id,
            question=asked.question,
            user_id=answer.user_id,
            grader_id=grader_id,
        )

    return duty


def _address(page: str, enrolment: Enrolment, name: str, question: str) -> str:
    return url_for(f".{page}", slug=enrolment.course.slug, name=name, question=question)
