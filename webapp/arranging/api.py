"""The assignments of a course by program: order, retire, take back, copy settings, delete."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import operation
from webapp.api.schemas import Kept
from webapp.arranging import operations, queries, schemas
from webapp.arranging.operations import NotArranged
from webapp.base.database import db
from webapp.courses.access import assignment_in, for_roles
from webapp.courses.assignments import assignments_of, retired_of
from webapp.models import Enrolment, Role

_ALL = "/courses/<slug>/staff/assignments"
_ONE = f"{_ALL}/<name>"


@operation(
    "GET",
    f"{_ALL}/order",
    summary="Which assignments the course sets, in order, and which it retired",
    scopes=("read",),
    answers={200: schemas.Order},
)
@for_roles(Role.INSTRUCTOR)
def order_of_assignments(enrolment: Enrolment) -> schemas.Order:
    return _order(enrolment)


@operation(
    "POST",
    f"{_ALL}/order",
    summary="Put the assignments of the course in this order",
    scopes=("manage",),
    body=schemas.NewOrder,
    answers={200: schemas.Order},
)
@for_roles(Role.INSTRUCTOR)
def order_assignments(enrolment: Enrolment, body: schemas.NewOrder) -> schemas.Order:
    try:
        operations.put_in_order(db.session, enrolment, body.assignments)
    except NotArranged as error:
        abort(422, str(error))
    return _order(enrolment)


@operation(
    "POST",
    f"{_ONE}/retire",
    summary="Take an assignment out of lists, totals and reports; its work is kept",
    scopes=("manage",),
    answers={200: Kept},
)
@for_roles(Role.INSTRUCTOR)
def retire_assignment(enrolment: Enrolment, name: str) -> Kept:
    return Kept(operations.retire(db.session, enrolment, assignment_in(enrolment, name)))


@operation(
    "POST",
    f"{_ONE}/take-back",
    summary="Set a retired assignment again, as it was",
    scopes=("manage",),
    answers={200: Kept},
)
@for_roles(Role.INSTRUCTOR)
def take_assignment_back(enrolment: Enrolment, name: str) -> Kept:
    return Kept(operations.take_back(db.session, enrolment, assignment_in(enrolment, name)))


@operation(
    "GET",
    f"{_ONE}/removal",
    summary="What deleting an assignment would take with it",
    scopes=("read",),
    answers={200: schemas.Removal},
)
@for_roles(Role.INSTRUCTOR)
def removal(enrolment: Enrolment, name: str) -> schemas.Removal:
    item = assignment_in(enrolment, name)
    work = queries.work_of(db.session, item)
    return schemas.Removal(
        item.assignment,
        item.retired_at is not None,
        work.submissions,
        work.students,
        work.under_way,
    )


@operation(
    "POST",
    f"{_ONE}/remove",
    summary="Delete an assignment for good, with all its work; where there is some, once retired",
    scopes=("manage",),
    body=schemas.Remove,
    answers={200: schemas.Removed},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def remove_assignment(enrolment: Enrolment, name: str, body: schemas.Remove) -> schemas.Removed:
    item = assignment_in(enrolment, name)
    try:
        gone = operations.remove(db.session, enrolment, item, typed=body.assignment)
    except NotArranged as error:
        abort(409, str(error))
    return schemas.Removed(gone.submissions, gone.students)


@operation(
    "GET",
    f"{_ONE}/settings/copy",
    summary="What would change if an assignment were set as in another course of one's own",
    scopes=("read",),
    query=schemas.CopyQuery,
    answers={200: schemas.Differences},
)
@for_roles(Role.INSTRUCTOR)
def differences(enrolment: Enrolment, name: str, query: schemas.CopyQuery) -> schemas.Differences:
    item = assignment_in(enrolment, name)
    source = queries.source_in(db.session, enrolment, item, query.course)
    found = queries.differences_to(db.session, item, source)
    return schemas.Differences([schemas.Difference(*each) for each in found])


@operation(
    "POST",
    f"{_ONE}/settings/copy",
    summary="Set an assignment as in another course of one's own, but for its times",
    scopes=("manage",),
    body=schemas.CopyFrom,
    answers={200: schemas.Copied},
)
@for_roles(Role.INSTRUCTOR)
def copy_settings(enrolment: Enrolment, name: str, body: schemas.CopyFrom) -> schemas.Copied:
    item = assignment_in(enrolment, name)
    source = queries.source_in(db.session, enrolment, item, body.course)
    return schemas.Copied(operations.copy_settings(db.session, enrolment, item, source))


def _order(enrolment: Enrolment) -> schemas.Order:
    live, retired = (
        [item.assignment for item in found(db.session, enrolment.course)]
        for found in (assignments_of, retired_of)
    )
    return schemas.Order(live, retired)
