"""Regrades by program: start one, watch it, see who changes, publish it or discard it."""

from __future__ import annotations

from flask import abort

from webapp.api import schemas
from webapp.api.operations import operation
from webapp.base.database import db
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.grading.conditions import CannotGrade
from webapp.grading.library import library
from webapp.models import Enrolment, Regrade, RegradeState, Role
from webapp.regrades import operations
from webapp.regrades.changes import changes
from webapp.regrades.queries import RegradeRefused, open_regrade, progress, shown_regrade

_PATH = "/courses/<slug>/staff/assignments/<name>/regrade"


@operation(
    "GET",
    _PATH,
    summary="The open regrade: how far it has come, and who changes",
    scopes=("read", "grade"),
    answers={200: schemas.RegradeInfo},
)
@for_roles(*STAFF)
def regrade(enrolment: Enrolment, name: str) -> schemas.RegradeInfo:
    found = open_regrade(db.session, assignment_in(enrolment, name))
    return _info(found) if found is not None else abort(404)


@operation(
    "POST",
    _PATH,
    summary="Run the checks as they are now over what was handed in",
    scopes=("grade",),
    body=schemas.NewRegrade,
    answers={201: schemas.RegradeInfo},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def start_regrade(
    enrolment: Enrolment, name: str, body: schemas.NewRegrade
) -> tuple[schemas.RegradeInfo, int]:
    assignment = assignment_in(enrolment, name)
    try:
        started = operations.start_regrade(
            db.session,
            enrolment,
            assignment,
            library().conditions(db.session, assignment.assignment),
            scope=body.scope,
            section=body.section,
        )
    except (RegradeRefused, CannotGrade) as error:
        abort(409, str(error))
    return _info(started), 201


@operation(
    "POST",
    f"{_PATH}/publish",
    summary="Let students see the new results of the regrade, all at once",
    scopes=("grade",),
    body=schemas.ShownRegrade,
    answers={200: schemas.RegradeOutcome},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def publish_regrade(
    enrolment: Enrolment, name: str, body: schemas.ShownRegrade
) -> schemas.RegradeOutcome:
    assignment = assignment_in(enrolment, name)
    try:
        shown = shown_regrade(db.session, assignment, body.regrade)
        published = operations.publish_regrade(db.session, enrolment, shown)
    except RegradeRefused as error:
        abort(409, str(error))
    return schemas.RegradeOutcome(body.regrade, RegradeState.PUBLISHED, published.count)


@operation(
    "POST",
    f"{_PATH}/discard",
    summary="Stop the regrade and remove its results",
    scopes=("grade",),
    body=schemas.ShownRegrade,
    answers={200: schemas.RegradeOutcome},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def discard_regrade(
    enrolment: Enrolment, name: str, body: schemas.ShownRegrade
) -> schemas.RegradeOutcome:
    assignment = assignment_in(enrolment, name)
    try:
        shown = shown_regrade(db.session, assignment, body.regrade)
        operations.discard_regrade(db.session, enrolment, shown)
    except RegradeRefused as error:
        abort(409, str(error))
    return schemas.RegradeOutcome(body.regrade, RegradeState.DISCARDED, 0)


def _info(found: Regrade) -> schemas.RegradeInfo:
    at = progress(db.session, found)
    return schemas.RegradeInfo(
        found.id,
        found.state,
        found.grader_version,
        total=at.total,
        done=at.done,
        running=at.running,
        stopped=at.stopped,
        changes=[
            schemas.RegradeChange(c.submission_id, c.user_id, c.name, c.old, c.new)
            for c in changes(db.session, found)
        ],
    )
