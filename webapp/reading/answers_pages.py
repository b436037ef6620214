"""Staff reading the written answers of notebooks by a rubric, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.audit.record import record
from webapp.base.database import db
from webapp.base.markdown import markdown
from webapp.base.paging import pages_of, within
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.courses.assignments import question_titles
from webapp.models import CourseAssignment, Enrolment, Submission
from webapp.reading.answer_points import Given, answer_now, give
from webapp.reading.answers import Answer, answers, duties_of, is_asked, questions, worth
from webapp.reading.duties import graders_of
from webapp.reading.works import next_work
from webapp.rubrics.answer_rubrics import answer_rubric
from webapp.rubrics.marks import ReadingRefused, Sent, sent_in_form
from webapp.rubrics.names import reading_names
from webapp.rubrics.pages import bank_of
from webapp.rubrics.rubrics import Rubric
from webapp.site.addresses import row_number
from webapp.submissions.notebook_cells import answers_of
from webapp.visibility.submissions import content_of, submission_in

blueprint = Blueprint("answers", __name__)

SHOWN = {
    "all": "Everything",
    "mine": "What waits for you",
    "disputed": "Where readers disagree",
}
INSTEAD_OF = "instead-of"
_PAGE_ROWS = 50


@dataclass(frozen=True)
class Asked:
    """A written question as the staff's pages know it."""

    item: CourseAssignment
    question: str
    most: float
    rubric: Rubric

    @property
    def title(self) -> str:
        """What students read instead of the question's name."""
        return question_titles(self.item.assignment).get(self.question, self.question)


def asked_in(enrolment: Enrolment, name: str, question: str) -> Asked:
    """A written question that somebody answered, or 404."""
    item = assignment_in(enrolment, name)
    most = worth(db.session, item, question)
    if most is None:
        abort(404)
    return Asked(item, question, most, answer_rubric(db.session, item, question, most))


def answers_to(enrolment: Enrolment, asked: Asked) -> list[Answer]:
    """Every student's answer, with names as the course's staff see them."""
    names = reading_names(enrolment)
    return answers(db.session, asked.item, asked.question, rubric=asked.rubric, names=names)


@blueprint.get("/answers")
@for_roles(*STAFF)
def index(enrolment: Enrolment) -> str:
    """Every written question, and how many of its answers wait."""
    found = questions(db.session, enrolment.course)
    return render_template(
        "reading/questions.html",
        course=enrolment.course,
        questions=found,
        titles={each.item.assignment: question_titles(each.item.assignment) for each in found},
    )


@blueprint.get("/answers/<name>/<question>")
@for_roles(*STAFF)
def listed(enrolment: Enrolment, name: str, question: str) -> str:
    """The answers to one question, who reads them, and what they are worth."""
    asked = asked_in(enrolment, name, question)
    found = answers_to(enrolment, asked)
    show = request.args.get("show", "all")
    show = show if show in SHOWN else "all"
    chosen = [each for each in found if is_shown(each, show, enrolment.user_id)]
    pages = pages_of(len(chosen), _PAGE_ROWS)
    page = within(request.args.get("page", 1, type=row_number), pages)
    return render_template(
        "reading/answers.html",
        course=enrolment.course,
        asked=asked,
        found=found,
        works=chosen[(page - 1) * _PAGE_ROWS : page * _PAGE_ROWS],
        me=enrolment.user_id,
        waiting=sum(each.waits_for(enrolment.user_id) for each in found),
        show=show,
        shown=SHOWN,
        page=page,
        pages=pages,
    )


def is_shown(answer: Answer, show: str, grader_id: int) -> bool:
    """Whether an answer is of those that somebody wants to see."""
    if show == "mine":
        return answer.waits_for(grader_id)
    return show == "all" or (answer.disputed and not answer.unread_by(grader_id))


@blueprint.get("/answers/<name>/<question>/next")
@for_roles(*STAFF)
def next_unread(enrolment: Enrolment, name: str, question: str) -> Response:
    """On to what this grader should read next."""
    after = request.args.get("after", 0, type=row_number)
    return _on(enrolment, asked_in(enrolment, name, question), after)


def _on(enrolment: Enrolment, asked: Asked, after: int) -> Response:
    found = answers_to(enrolment, asked)
    work = next_work(found, enrolment.user_id, (asked.rubric.kind, after))
    if work is None:
        flash("Nothing more waits for you to read.", "success")
        return to_list(enrolment, asked)
    address = url_for(
        "readings.answers.read",
        slug=enrolment.course.slug,
        name=asked.item.assignment,
        question=asked.question,
        submission_id=work.id,
    )
    return redirect(address, code=303)


def to_list(enrolment: Enrolment, asked: Asked) -> Response:
    """Back to the answers of a question."""
    address = url_for(
        "readings.answers.listed",
        slug=enrolment.course.slug,
        name=asked.item.assignment,
        question=asked.question,
    )
    return redirect(address, code=303)


@blueprint.get("/answers/<name>/<question>/<int:submission_id>")
@for_roles(*STAFF)
def read(enrolment: Enrolment, name: str, question: str, submission_id: int) -> str:
    """Read one answer."""
    asked = asked_in(enrolment, name, question)
    return _page(enrolment, asked, answer_in(enrolment, asked, submission_id))


@blueprint.post("/answers/<name>/<question>/<int:submission_id>")
@for_roles(*STAFF)
def score(
    enrolment: Enrolment, name: str, question: str, submission_id: int
) -> Response | tuple[str, int]:
    """Score one answer, and go on to the next."""
    asked = asked_in(enrolment, name, question)
    submission = answer_in(enrolment, asked, submission_id)
    instead_of = request.form.get(INSTEAD_OF, type=float)
    try:
        given = keep_reading(
            enrolment, submission, question, sent=sent_in_form(), instead_of=instead_of
        )
    except ReadingRefused as error:
        db.session.rollback()
        asked = asked_in(enrolment, name, question)
        return _page(enrolment, asked, submission, str(error)), error.status
    flash("Your score is saved.", "success")
    if given.by_hand is not None:
        points = f"{given.by_hand:g} point{'' if given.by_hand == 1 else 's'}"
        flash(f"The answer keeps the {points} that staff gave by hand.", "info")
    if request.form.get("then") == "next":
        return _on(enrolment, asked, submission_id)
    return to_list(enrolment, asked)


def keep_reading(
    enrolment: Enrolment,
    submission: Submission,
    question: str,
    *,
    sent: Sent,
    instead_of: float | None,
) -> Given:
    """Keep one's reading of an answer, with a line in the log; raises ReadingRefused."""
    given = give(
        db.session,
        submission,
        question,
        grader_id=enrolment.user_id,
        sent=sent,
        instead_of=instead_of,
    )
    record(
        db.session,
        enrolment,
        "read written answer",
        subject=f"submission {submission.id}",
        question=question,
        points=given.rubric.points(given.reading.selections),
        stays_by_hand=given.by_hand,
        instead_of_by_hand=given.instead_of,
    )
    db.session.commit()
    return given


def answer_in(enrolment: Enrolment, asked: Asked, submission_id: int) -> Submission:
    """A submission whose result asks that question, or 404."""
    submission = submission_in(enrolment, submission_id)
    if submission.course_assignment_id != asked.item.id:
        abort(404)
    return submission if is_asked(db.session, submission, asked.question) else abort(404)


def _page(enrolment: Enrolment, asked: Asked, submission: Submission, refusal: str = "") -> str:
    names = reading_names(enrolment)
    found = answer_now(db.session, submission, asked.question, asked.rubric)
    rows = found.readings
    mine = next((row for row in rows if row.grader_id == enrolment.user_id), None)
    text = answers_of(content_of(submission), [asked.question]).get(asked.question)
    return render_template(
        "reading/answer.html",
        course=enrolment.course,
        asked=asked,
        submission=submission,
        names=names,
        author=names.of(asked.rubric.kind, submission.user_id, submission.user.name),
        body=markdown(text, top=2) if text else "",
        rubric=asked.rubric,
        refusal=refusal,
        chosen=request.form if refusal else (mine.selections if mine else {}),
        comment=request.form.get("comment", "") if refusal else (mine.comment if mine else ""),
        # A second reader reads for themselves before seeing what the first one gave.
        others=[row for row in rows if row is not mine] if mine else [],
        unseen=0 if mine else len(rows),
        duties=duties_of(db.session, submission, asked.question),
        graders=graders_of(db.session, enrolment.course_id),
        bank=bank_of(enrolment),
        by_hand=found.by_hand,
        instead=bool(refusal and request.form.get(INSTEAD_OF)),
    )
