"""Regrades by program: start one, watch it, see who changes, publish it or discard it."""

from __future__ import annotations

from flask import abort

from webapp.api import schemas
from webapp.api.operations import operation
from webapp.audit.record import Action, record
from webapp.base.database import db
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.grading.conditions import NoJudge
from webapp.grading.tools import tools
from webapp.models import CourseAssignment, Enrolment, Regrade, RegradeState, Role
from webapp.regrades import operations as regrades
from webapp.regrades import publish as publishing
from webapp.regrades.changes import changes
from webapp.regrades.operations import RegradeRefused

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
    found = regrades.open_regrade(db.session, assignment_in(enrolment, name))
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
        started = regrades.start(
            db.session,
            assignment,
            tools().judge(assignment.assignment),
            actor_id=enrolment.user_id,
            scope=body.scope,
            section=body.section,
        )
    except (RegradeRefused, NoJudge) as error:
        db.session.rollback()
        abort(409, str(error))
    _note(enrolment, started, "start regrade", scope=str(started.scope), section=started.section)
    db.session.commit()
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
    return _finish(enrolment, assignment_in(enrolment, name), body, publish=True)


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
    return _finish(enrolment, assignment_in(enrolment, name), body, publish=False)


def _finish(
    enrolment: Enrolment,
    assignment: CourseAssignment,
    body: schemas.ShownRegrade,
    *,
    publish: bool,
) -> schemas.RegradeOutcome:
    found = regrades.open_regrade(db.session, assignment)
    if found is None or found.id != body.regrade:
        abort(409, "That regrade is not open any more.")
    published = 0
    try:
        if publish:
            published = publishing.publish(db.session, found)
        else:
            regrades.discard(db.session, found)
    except RegradeRefused as error:
        db.session.rollback()
        abort(409, str(error))
    _note(enrolment, found, "publish regrade" if publish else "discard regrade")
    db.session.commit()
    state = RegradeState.PUBLISHED if publish else RegradeState.DISCARDED
    return schemas.RegradeOutcome(body.regrade, state, published)


def _note(enrolment: Enrolment, regrade: Regrade, action: Action, **detail: str) -> None:
    subject = f"regrade {regrade.id} of {regrade.course_assignment.assignment}"
    version = regrade.grader_version
    record(db.session, enrolment, action, subject=subject, version=version, **detail)


def _info(found: Regrade) -> schemas.RegradeInfo:
    at = regrades.progress(db.session, found)
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
