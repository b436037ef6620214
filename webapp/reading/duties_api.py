"""Who reads what by program: divided evenly or given to someone, and how graders compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from flask import abort

from webapp.api.operations import operation
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.reading.answers_duties_pages import divide_answers, let_read_answer
from webapp.reading.answers_pages import answers_to, asked_in
from webapp.reading.calibration import Calibration, calibrations
from webapp.reading.duties import NotDivided, graders_of, load_of
from webapp.reading.duties_pages import divide_works, let_read
from webapp.reading.works import Work, works
from webapp.rubrics import schemas
from webapp.rubrics.names import reading_names

_WORK = "/courses/<slug>/staff/reading-work"
_QUESTION = "/courses/<slug>/staff/assignments/<name>/answers/<question>"


@operation(
    "GET",
    _WORK,
    summary="Who reads how many proposals and reviews, and how graders compare",
    scopes=("read",),
    answers={200: schemas.ReadingWork},
)
@for_roles(*STAFF)
def reading_work(enrolment: Enrolment) -> schemas.ReadingWork:
    found = works(db.session, enrolment.course, reading_names(enrolment))
    proposals = [work for work in found if work.kind == "proposal"]
    reviews = [work for work in found if work.kind == "review"]
    figures = [
        *_figures("proposal", calibrations(proposals)),
        *_figures("review", calibrations(reviews)),
    ]
    return _work(enrolment, found, figures)


@operation(
    "POST",
    f"{_WORK}/divide",
    summary="Give every proposal and review its readers, evenly; who reads one already keeps it",
    scopes=("manage",),
    body=schemas.Divide,
    answers={200: schemas.Divided},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def divide_reading(enrolment: Enrolment, body: schemas.Divide) -> schemas.Divided:
    try:
        found = divide_works(enrolment, body.graders, body.readers)
    except NotDivided as error:
        abort(409, str(error))
    return schemas.Divided(found.given, found.short)


@operation(
    "POST",
    f"{_WORK}/<kind>/<int:number>",
    summary="Let exactly these graders read a proposal or a review (`kind`)",
    scopes=("manage",),
    body=schemas.NewReaders,
    answers={200: schemas.Readers},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def assign_readers(
    enrolment: Enrolment, kind: str, number: int, body: schemas.NewReaders
) -> schemas.Readers:
    try:
        return schemas.Readers(let_read(enrolment, kind, number, body.graders))
    except NotDivided as error:
        abort(409, str(error))


@operation(
    "GET",
    f"{_QUESTION}/work",
    summary="Who reads how many answers to a question, and how graders compare",
    scopes=("read",),
    answers={200: schemas.ReadingWork},
)
@for_roles(*STAFF)
def answer_work(enrolment: Enrolment, name: str, question: str) -> schemas.ReadingWork:
    found = answers_to(enrolment, asked_in(enrolment, name, question))
    return _work(enrolment, found, _figures("answer", calibrations(found)))


@operation(
    "POST",
    f"{_QUESTION}/work/divide",
    summary="Give every answer its readers, evenly; who reads one already keeps it",
    scopes=("manage",),
    body=schemas.Divide,
    answers={200: schemas.Divided},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def divide_answer_reading(
    enrolment: Enrolment, name: str, question: str, body: schemas.Divide
) -> schemas.Divided:
    asked = asked_in(enrolment, name, question)
    try:
        found = divide_answers(enrolment, asked, body.graders, body.readers)
    except NotDivided as error:
        abort(409, str(error))
    return schemas.Divided(found.given, found.short)


@operation(
    "POST",
    f"{_QUESTION}/work/<int:submission_id>",
    summary="Let exactly these graders read one answer",
    scopes=("manage",),
    body=schemas.NewReaders,
    answers={200: schemas.Readers},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def assign_answer_readers(
    enrolment: Enrolment, name: str, question: str, submission_id: int, body: schemas.NewReaders
) -> schemas.Readers:
    asked = asked_in(enrolment, name, question)
    try:
        readers = let_read_answer(enrolment, asked, submission_id, body.graders)
    except NotDivided as error:
        abort(409, str(error))
    return schemas.Readers(readers)


def _work(
    enrolment: Enrolment, found: Sequence[Work], figures: list[schemas.GraderFigures]
) -> schemas.ReadingWork:
    graders = graders_of(db.session, enrolment.course_id)
    load = load_of(found, graders)
    return schemas.ReadingWork(
        [schemas.Load(each.id, each.name, *load[each.id]) for each in graders],
        sum(not work.readers for work in found),
        figures,
    )


def _figures(
    kind: Literal["proposal", "review", "answer"], rows: Iterable[Calibration]
) -> list[schemas.GraderFigures]:
    return [
        schemas.GraderFigures(
            kind,
            row.grader,
            readings=row.count,
            mean=row.mean,
            spread=row.spread,
            twice=row.twice,
            difference=row.difference,
        )
        for row in rows
    ]
