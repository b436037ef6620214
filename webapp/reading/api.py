"""Reading by program: proposals and paper reviews by their rubric."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import STAFF_PATH, operation
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.reading import operations, schemas
from webapp.reading.kinds import place_in, work_at
from webapp.reading.queries import readings_of, rules_of, works
from webapp.reading.works import is_shown
from webapp.rubrics.marks import ReadingRefused
from webapp.rubrics.names import reading_names
from webapp.rubrics.operations import hide_names

_RULES = f"{STAFF_PATH}/reading-rules"
_WORK = f"{STAFF_PATH}/readings/<kind>/<int:number>"


@operation(
    "GET",
    f"{STAFF_PATH}/readings",
    summary="Proposals and paper reviews: who reads them, and what they are worth",
    scopes=("read",),
    query=schemas.WorksQuery,
    answers={200: schemas.Works},
)
@for_roles(*STAFF)
def readings(enrolment: Enrolment, query: schemas.WorksQuery) -> schemas.Works:
    found = [
        work
        for work in works(db.session, place_in(db.session, enrolment), reading_names(enrolment))
        if query.kind in ("", work.kind) and is_shown(work, query.show, enrolment.user_id)
    ]
    shown = [
        schemas.Work(
            **schemas.in_list(work, enrolment.user_id),
            kind=work.kind,
            number=work.id,
            title=work.title,
        )
        for work in schemas.page_of(found, query.page)
    ]
    return schemas.Works(shown, len(found))


@operation(
    "GET",
    _WORK,
    summary="A proposal or a paper review (`kind`) with its text, its rubric and its readings",
    scopes=("read",),
    answers={200: schemas.ToRead},
)
@for_roles(*STAFF)
def reading(enrolment: Enrolment, kind: str, number: int) -> schemas.ToRead:
    work = work_at(db.session, enrolment, place_in(db.session, enrolment), kind=kind, number=number)
    shown = work.kind.show(db.session, work, reading_names(enrolment))
    rubric = work.kind.rubric(db.session, work.place)
    given = readings_of(db.session, work)
    return schemas.ToRead(
        shown.title,
        shown.authors,
        shown.text,
        **schemas.as_read(rubric, given, enrolment.user_id),
    )


@operation(
    "POST",
    _WORK,
    summary="Score a proposal or a paper review (`kind`) by its rubric, as oneself",
    scopes=("grade",),
    body=schemas.NewReading,
    answers={200: schemas.Reading},
    errors=(409,),
)
@for_roles(*STAFF)
def give_reading(
    enrolment: Enrolment, kind: str, number: int, body: schemas.NewReading
) -> schemas.Reading:
    work = work_at(db.session, enrolment, place_in(db.session, enrolment), kind=kind, number=number)
    try:
        kept = operations.keep(db.session, enrolment, work, sent=schemas.sent_in(body))
    except ReadingRefused as error:
        abort(error.status, str(error))
    return schemas.reading_info(kept.rubric, kept.reading)


@operation(
    "GET",
    _RULES,
    summary="Whether readers see names, and students the written option's scores",
    scopes=("read",),
    answers={200: schemas.ReadingRules},
)
@for_roles(*STAFF)
def reading_rules(enrolment: Enrolment) -> schemas.ReadingRules:
    return _rules(enrolment)


@operation(
    "POST",
    _RULES,
    summary="Hide names from readers or show them, show students the scores or hide them",
    scopes=("manage",),
    body=schemas.NewReadingRules,
    answers={200: schemas.ReadingRules},
)
@for_roles(Role.INSTRUCTOR)
def change_reading_rules(
    enrolment: Enrolment, body: schemas.NewReadingRules
) -> schemas.ReadingRules:
    if body.names_hidden is not None:
        hide_names(db.session, enrolment, hidden=body.names_hidden)
    if body.scores_shown is not None:
        operations.publish_scores(db.session, enrolment, shown=body.scores_shown)
    return _rules(enrolment)


def _rules(enrolment: Enrolment) -> schemas.ReadingRules:
    kept = rules_of(db.session, enrolment.course_id)
    shown = enrolment.course.written_scores_published_at is not None
    return schemas.ReadingRules(kept is not None and kept.names_hidden, shown)
