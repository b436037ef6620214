"""The rubrics of a course's work and of its written questions, by program."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import STAFF_PATH, operation
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.reading import operations
from webapp.reading.kinds import kind_at, place_in
from webapp.reading.kinds.answer import ANSWER
from webapp.reading.kinds.kind import Kind, Place
from webapp.rubrics.rubrics import RubricError
from webapp.rubrics.schemas import NewRubric, RubricChanged, RubricInfo, items_in, rubric_info

_RUBRIC = f"{STAFF_PATH}/rubrics/<kind>"
_QUESTION = f"{STAFF_PATH}/assignments/<name>/answers/<question>/rubric"


@operation(
    "GET",
    _RUBRIC,
    summary="The rubric of proposals, reviews or presentations (`kind`)",
    scopes=("read",),
    answers={200: RubricInfo},
)
@for_roles(*STAFF)
def rubric_of_kind(enrolment: Enrolment, kind: str) -> RubricInfo:
    place = place_in(db.session, enrolment)
    return rubric_info(kind_at(place, kind).rubric(db.session, place))


@operation(
    "POST",
    _RUBRIC,
    summary="Change that rubric, and with it the points of everything that is read already",
    scopes=("manage",),
    body=NewRubric,
    answers={200: RubricChanged},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def change_rubric_of_kind(enrolment: Enrolment, kind: str, body: NewRubric) -> RubricChanged:
    place = place_in(db.session, enrolment)
    return _changed(enrolment, place, kind=kind_at(place, kind), body=body)


@operation(
    "GET",
    _QUESTION,
    summary="The rubric of a written question",
    scopes=("read",),
    answers={200: RubricInfo},
)
@for_roles(*STAFF)
def rubric_of_question(enrolment: Enrolment, name: str, question: str) -> RubricInfo:
    return rubric_info(ANSWER.rubric(db.session, place_in(db.session, enrolment, name, question)))


@operation(
    "POST",
    _QUESTION,
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
    return _changed(
        enrolment, place_in(db.session, enrolment, name, question), kind=ANSWER, body=body
    )


def _changed(enrolment: Enrolment, place: Place, *, kind: Kind, body: NewRubric) -> RubricChanged:
    try:
        changed = operations.change_rubric(
            db.session,
            enrolment,
            kind,
            place=place,
            items=items_in(body),
            edited=body.version,
        )
    except RubricError as error:
        abort(409, str(error))
    return RubricChanged(rubric_info(kind.rubric(db.session, place)), changed)
