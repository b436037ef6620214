"""Written answers of notebooks by program: the questions, the answers, one answer by its rubric."""

from __future__ import annotations

from flask import abort
from msgspec.structs import asdict

from webapp.api.operations import STAFF_PATH, operation
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import question_titles
from webapp.models import Enrolment
from webapp.reading import operations, schemas
from webapp.reading.kinds import place_in
from webapp.reading.kinds.answer import ANSWER, Answer, questions_of
from webapp.reading.queries import readings_of, works
from webapp.reading.works import is_shown
from webapp.rubrics.marks import ReadingRefused
from webapp.rubrics.names import reading_names
from webapp.rubrics.schemas import rubric_info

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
    found = questions_of(db.session, enrolment.course)
    names = {each.item.assignment for each in found}
    titles = {name: question_titles(db.session, name) for name in names}
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
    place = place_in(db.session, enrolment, name, question)
    found = [
        each
        for each in works(db.session, place, reading_names(enrolment))
        if isinstance(each, Answer) and is_shown(each, query.show, enrolment.user_id)
    ]
    shown = [
        schemas.Answer(
            **schemas.in_list(each, enrolment.user_id),
            submission=each.id,
            attempt=each.attempt,
            attempt_counts=each.counts,
            counts=each.given_to(enrolment.user_id),
            by_hand=each.by_hand,
        )
        for each in schemas.page_of(found, query.page)
    ]
    rubric = rubric_info(ANSWER.rubric(db.session, place))
    return schemas.Answers(place.title, rubric, shown, len(found))


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
    work = ANSWER.open(
        db.session, enrolment, place_in(db.session, enrolment, name, question), submission_id
    )
    shown = ANSWER.show(db.session, work, reading_names(enrolment))
    rubric, given = ANSWER.rubric(db.session, work.place), readings_of(db.session, work)
    return schemas.AnswerToRead(
        shown.title,
        shown.authors,
        shown.text,
        **schemas.as_read(rubric, given, enrolment.user_id),
        attempt=work.row.attempt,
        attempt_counts=work.row.counts,
        by_hand=ANSWER.standing(db.session, work, rubric=rubric, rows=given).by_hand,
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
    work = ANSWER.open(
        db.session, enrolment, place_in(db.session, enrolment, name, question), submission_id
    )
    sent, instead_of = schemas.sent_in(body), body.instead_of
    try:
        kept = operations.keep(db.session, enrolment, work, sent=sent, instead_of=instead_of)
    except ReadingRefused as error:
        abort(error.status, str(error))
    reading = schemas.reading_info(kept.rubric, kept.reading)
    return schemas.AnswerReading(**asdict(reading), by_hand=kept.by_hand)
