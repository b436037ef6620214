"""Who reads what by program: divided evenly or given to someone, and how graders compare."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import operation
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.reading import duties_schemas as schemas
from webapp.reading import operations
from webapp.reading.calibration import calibrations
from webapp.reading.duties import NotDivided, load_of
from webapp.reading.kinds import listed_at, place_in
from webapp.reading.kinds.answer import ANSWER
from webapp.reading.kinds.kind import Place
from webapp.reading.queries import graders_of, works
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
    return _work(enrolment, place_in(db.session, enrolment))


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
    return _divided(enrolment, place_in(db.session, enrolment), body)


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
    return _readers(enrolment, place_in(db.session, enrolment), kind=kind, number=number, body=body)


@operation(
    "GET",
    f"{_QUESTION}/work",
    summary="Who reads how many answers to a question, and how graders compare",
    scopes=("read",),
    answers={200: schemas.ReadingWork},
)
@for_roles(*STAFF)
def answer_work(enrolment: Enrolment, name: str, question: str) -> schemas.ReadingWork:
    return _work(enrolment, place_in(db.session, enrolment, name, question))


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
    return _divided(enrolment, place_in(db.session, enrolment, name, question), body)


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
    place = place_in(db.session, enrolment, name, question)
    return _readers(enrolment, place, kind=ANSWER.name, number=submission_id, body=body)


def _work(enrolment: Enrolment, place: Place) -> schemas.ReadingWork:
    found = works(db.session, place, reading_names(enrolment))
    graders = graders_of(db.session, enrolment.course_id)
    load = load_of(found, graders)
    figures = [
        schemas.GraderFigures(
            kind.name,
            row.grader,
            readings=row.count,
            mean=row.mean,
            spread=row.spread,
            twice=row.twice,
            difference=row.difference,
        )
        for kind in listed_at(place)
        for row in calibrations(work for work in found if work.kind == kind.name)
    ]
    return schemas.ReadingWork(
        [schemas.Load(each.id, each.name, *load[each.id]) for each in graders],
        sum(not work.readers for work in found),
        figures,
    )


def _divided(enrolment: Enrolment, place: Place, body: schemas.Divide) -> schemas.Divided:
    graders, readers = body.graders, body.readers
    try:
        found = operations.divide(db.session, enrolment, place, graders=graders, readers=readers)
    except NotDivided as error:
        abort(409, str(error))
    return schemas.Divided(found.given, found.short)


def _readers(
    enrolment: Enrolment, place: Place, *, kind: str, number: int, body: schemas.NewReaders
) -> schemas.Readers:
    graders = body.graders
    try:
        names = operations.let_read(
            db.session, enrolment, place, kind=kind, number=number, graders=graders
        )
    except NotDivided as error:
        abort(409, str(error))
    return schemas.Readers(names)
