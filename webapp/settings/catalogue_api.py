"""Assignments by program: what the folder holds, adding one, its release, and its preview."""

from __future__ import annotations

from flask import abort
from werkzeug.wrappers import Response

from webapp.api.operations import File, operation
from webapp.base.database import db
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.grading import release as release_preview
from webapp.grading.release import NoRelease
from webapp.handout.panel import taken_now
from webapp.models import Enrolment, Role
from webapp.settings import catalogue, operations, schemas
from webapp.settings.answers import of_assignment, refusal
from webapp.settings.catalogue import NotAddable
from webapp.settings.changes import SettingsRefused
from webapp.settings.release_file import NOTEBOOK, release_file
from webapp.settings.values import when
from webapp.submissions.attempt_list import graded_examples
from webapp.submissions.notebook_cells import notebook_of

_CATALOGUE = "/courses/<slug>/staff/catalogue"
_ASSIGNMENT = "/courses/<slug>/staff/assignments/<name>"


@operation(
    "GET",
    _CATALOGUE,
    summary="The assignments of the site's folder, and which can be added to the course",
    scopes=("read",),
    answers={200: schemas.Catalogue},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def assignment_catalogue(enrolment: Enrolment) -> schemas.Catalogue:
    try:
        found = catalogue.entries(db.session, enrolment.course)
    except NotAddable as error:
        abort(409, str(error))
    return schemas.Catalogue(
        [
            schemas.CatalogueEntry(
                each.id,
                each.title,
                each.points,
                each.questions,
                in_course=each.opened is not None,
                problem=each.sentence,
            )
            for each in found
        ]
    )


@operation(
    "POST",
    _CATALOGUE,
    summary="Add an assignment that is proved sound, after all others",
    scopes=("manage",),
    body=schemas.NewAssignment,
    answers={201: schemas.AssignmentSettings},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def add_assignment(
    enrolment: Enrolment, body: schemas.NewAssignment
) -> tuple[schemas.AssignmentSettings, int]:
    zone = enrolment.course.time_zone
    opens_at, due_at = when(body.opens_at, zone), when(body.due_at, zone)
    try:
        added = operations.add_assignment(
            db.session, enrolment, body.assignment, opens_at=opens_at, due_at=due_at
        )
    except SettingsRefused as error:
        abort(422, refusal(error))
    except NotAddable as error:
        abort(409, str(error))
    return of_assignment(added), 201


@operation(
    "GET",
    f"{_ASSIGNMENT}/release",
    summary="The notebook that students get, made by `heldout release`",
    scopes=("read",),
    answers={200: File(NOTEBOOK)},
    errors=(409,),
)
@for_roles(*STAFF)
def release(enrolment: Enrolment, name: str) -> Response:
    try:
        return release_file(db.session, assignment_in(enrolment, name))
    except NoRelease as error:
        abort(409, str(error))


@operation(
    "GET",
    f"{_ASSIGNMENT}/preview",
    summary="An assignment as students meet it: its cells, and graded attempts to look at",
    scopes=("read",),
    answers={200: schemas.Preview},
)
@for_roles(*STAFF)
def preview(enrolment: Enrolment, name: str) -> schemas.Preview:
    item = assignment_in(enrolment, name)
    found, taken = release_preview.look(db.session, item.assignment), taken_now(item)
    return schemas.Preview(
        [schemas.ReleaseCell(cell.kind, cell.source) for cell in notebook_of(found.data).cells],
        found.refusal,
        [
            schemas.GradedExample(
                row.id,
                row.attempt,
                row.user_id,
                row.name,
                score=row.score,
                counted=row.counted,
                waiting=row.ungraded,
            )
            for row in graded_examples(db.session, item)
        ],
        taken.students,
        taken.older,
    )
