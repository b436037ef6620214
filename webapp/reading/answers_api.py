"""Written answers of notebooks by program: the questions, the answers, one answer by its rubric."""

from __future__ import annotations

from msgspec.structs import asdict

from webapp.api.operations import STAFF_PATH, operation
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import question_titles
from webapp.models import Enrolment, Role
from webapp.reading import schemas
from webapp.reading.answer_points import answer_now
from webapp.reading.answers import questions
from webapp.reading.answers_duties_pages import change_answer_rubric
from webapp.reading.answers_pages import answer_in, answers_to, asked_in, is_shown, keep_reading
from webapp.reading.api import as_read, in_list, page_of, reading_info, refusing, sent_in
from webapp.rubrics.api import _fields, _refuse
from webapp.rubrics.names import reading_names
from webapp.rubrics.rubrics import RubricError
from webapp.rubrics.schemas import NewRubric, RubricChanged, RubricInfo, rubric_info
from webapp.submissions.notebook_cells import answers_of
from webapp.visibility.submissions import content_of

_QUESTION = f"{STAFF_PATH}/assignments/<name>/answers/<question>"
_ANSWER = f"{_QUESTION}/<int:submission_id>"


@operation(
    "GET",
    f"{STAFF_PATH}/answers",
    summary="The written questions that somebody answered, and how many answers wait",
    scopes=("read",),
    answers={200: schemas.WrittenQuestions},
)
@for_roles(*STAFF)
def written_questions(enrolment: Enrolment) -> schemas.WrittenQuestions:
    found = questions(db.session, enrolment.course)
    titles = {name: question_titles(name) for name in {each.item.assignment for each in found}}
    return schemas.WrittenQuestions(
        [
            schemas.WrittenQuestion(
                each.item.assignment,
                each.name,
                title=titles[each.item.assignment].get(each.name, each.name),
                possible=each.most,
                answers=each.answers,
                waiting=each.waiting,
            )
            for each in found
        ]
    )


@operation(
    "GET",
    _QUESTION,
    summary="The answers to a written question: who reads them, and what they are worth",
    scopes=("read",),
    query=schemas.AnswersQuery,
    answers={200: schemas.Answers},
)
@for_roles(*STAFF)
def answers(
    enrolment: Enrolment, name: str, question: str, query: schemas.AnswersQuery
) -> schemas.Answers:
    asked = asked_in(enrolment, name, question)
    found = [
        each
        for each in answers_to(enrolment, asked)
        if is_shown(each, query.show, enrolment.user_id)
    ]
    shown = [
        schemas.Answer(
            **in_list(each, enrolment.user_id),
            submission=each.id,
            attempt=each.attempt,
            attempt_counts=each.counts,
            counts=each.given_to(enrolment.user_id),
            by_hand=each.by_hand,
        )
        for each in page_of(found, query.page)
    ]
    return schemas.Answers(asked.title, rubric_info(asked.rubric), shown, len(found))


@operation(
    "GET",
    _ANSWER,
    summary="One answer with its text, its rubric and its readings",
    scopes=("read",),
    answers={200: schemas.AnswerToRead},
)
@for_roles(*STAFF)
def answer(
    enrolment: Enrolment, name: str, question: str, submission_id: int
) -> schemas.AnswerToRead:
    asked = asked_in(enrolment, name, question)
    submission = answer_in(enrolment, asked, submission_id)
    names = reading_names(enrolment)
    found = answer_now(db.session, submission, question, asked.rubric)
    return schemas.AnswerToRead(
        asked.title,
        names.of(asked.rubric.kind, submission.user_id, submission.user.name),
        answers_of(content_of(submission), [question]).get(question) or "",
        **as_read(asked.rubric, found.readings, enrolment),
        attempt=submission.attempt,
        attempt_counts=submission.counts,
        by_hand=found.by_hand,
    )


@operation(
    "POST",
    _ANSWER,
    summary="Score one answer by its rubric, as oneself; the mean of the readings counts",
    scopes=("grade",),
    body=schemas.NewAnswerReading,
    answers={200: schemas.AnswerReading},
    errors=(409,),
)
@for_roles(*STAFF)
def give_answer_reading(
    enrolment: Enrolment,
    name: str,
    question: str,
    submission_id: int,
    body: schemas.NewAnswerReading,
) -> schemas.AnswerReading:
    submission = answer_in(enrolment, asked_in(enrolment, name, question), submission_id)
    sent, instead_of = sent_in(body), body.instead_of
    with refusing():
        given = keep_reading(enrolment, submission, question, sent=sent, instead_of=instead_of)
    reading = reading_info(given.rubric, given.reading)
    return schemas.AnswerReading(**asdict(reading), by_hand=given.by_hand)


@operation(
    "GET",
    f"{_QUESTION}/rubric",
    summary="The rubric of a written question",
    scopes=("read",),
    answers={200: RubricInfo},
)
@for_roles(*STAFF)
def rubric_of_question(enrolment: Enrolment, name: str, question: str) -> RubricInfo:
    return rubric_info(asked_in(enrolment, name, question).rubric)


@operation(
    "POST",
    f"{_QUESTION}/rubric",
    summary="Change that rubric, and with it the points of every answer that is read already",
    scopes=("manage",),
    body=NewRubric,
    answers={200: RubricChanged},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def change_rubric_of_question(
    enrolment: Enrolment, name: str, question: str, body: NewRubric
) -> RubricChanged:
    asked = asked_in(enrolment, name, question)
    try:
        changed = change_answer_rubric(enrolment, asked, _fields(body))
    except RubricError as error:
        _refuse(error)
    rubric = asked_in(enrolment, name, question).rubric
    return RubricChanged(rubric_info(rubric), changed)
