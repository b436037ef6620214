"""Written answers of notebooks by program: the questions, the answers, one answer by its rubric."""

from __future__ import annotations

from webapp.access import STAFF, for_roles
from webapp.answer_readings import questions, readings_of
from webapp.api import reading_schemas as schemas
from webapp.api.operations import operation
from webapp.api.reading import as_read, in_list, marks_of, page_of, reading_info, rubric_info
from webapp.database import db
from webapp.models import Enrolment
from webapp.views.answers import answer_in, answers_to, asked_in, is_shown, keep_reading
from webapp.views.results import content_of, question_titles
from webapp.views.rubrics import reading_names
from webapp.written_answers import answers_of

_STAFF = "/courses/<slug>/staff"
_QUESTION = f"{_STAFF}/assignments/<name>/answers/<question>"
_ANSWER = f"{_QUESTION}/<int:submission_id>"


@operation(
    "GET",
    f"{_STAFF}/answers",
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
            counts=each.given,
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
    answers={200: schemas.ToRead},
)
@for_roles(*STAFF)
def answer(enrolment: Enrolment, name: str, question: str, submission_id: int) -> schemas.ToRead:
    asked = asked_in(enrolment, name, question)
    submission = answer_in(enrolment, asked, submission_id)
    names = reading_names(enrolment)
    given = readings_of(db.session, submission, question)
    return schemas.ToRead(
        asked.title,
        names.of(asked.rubric.kind, submission.user_id, submission.user.name),
        answers_of(content_of(submission), [question]).get(question) or "",
        **as_read(asked.rubric, given, enrolment),
    )


@operation(
    "POST",
    _ANSWER,
    summary="Score one answer by its rubric, as oneself; the mean of the readings counts",
    scopes=("grade",),
    body=schemas.NewReading,
    answers={200: schemas.Reading},
)
@for_roles(*STAFF)
def give_answer_reading(
    enrolment: Enrolment, name: str, question: str, submission_id: int, body: schemas.NewReading
) -> schemas.Reading:
    asked = asked_in(enrolment, name, question)
    submission = answer_in(enrolment, asked, submission_id)
    given = keep_reading(enrolment, asked, submission, marks_of(asked.rubric, body), by="API")
    return reading_info(asked.rubric, given.reading)
