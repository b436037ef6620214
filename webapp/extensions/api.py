"""More time by program: who has it, for one student, for some, for a section, and back again."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import operation
from webapp.api.schemas import Kept, moment
from webapp.base.database import db
from webapp.base.typed_times import NoMoment, moment_from
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.extensions import operations, queries
from webapp.extensions.operations import ExtensionRefused
from webapp.extensions.schemas import (
    ExtensionInfo,
    Extensions,
    ExtensionsGiven,
    NewExtensions,
    OldExtension,
)
from webapp.models import Enrolment, Role

_PATH = "/courses/<slug>/staff/assignments/<name>/extensions"


@operation(
    "GET",
    _PATH,
    summary="Who has more time at an assignment, until when and why",
    scopes=("read",),
    answers={200: Extensions},
)
@for_roles(*STAFF)
def given_extensions(enrolment: Enrolment, name: str) -> Extensions:
    item = assignment_in(enrolment, name)
    return Extensions(
        item.assignment,
        moment(item.due_at),
        [
            ExtensionInfo(
                row.user_id,
                row.user.name,
                due_at=moment(row.due_at) or "",
                reason=row.reason,
                given_by=row.given_by.name if row.given_by else None,
                given_at=moment(row.given_at) or "",
            )
            for row in queries.of_assignment(db.session, item)
        ],
    )


@operation(
    "POST",
    _PATH,
    summary="Give students, or a whole section, until another moment, with the reason",
    scopes=("grade",),
    body=NewExtensions,
    answers={200: ExtensionsGiven},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def give_extensions(enrolment: Enrolment, name: str, body: NewExtensions) -> ExtensionsGiven:
    item = assignment_in(enrolment, name)
    users = queries.chosen_of(db.session, enrolment.course, body.users, body.section)
    try:
        due_at = moment_from(body.due_at, enrolment.course.time_zone)
        given = operations.give(
            db.session, enrolment, item, users=users, due_at=due_at, reason=body.reason
        )
    except NoMoment as error:
        abort(422, str(error))
    except ExtensionRefused as error:
        abort(409, str(error))
    return ExtensionsGiven(given, moment(due_at) or "")


@operation(
    "POST",
    f"{_PATH}/<int:user_id>/remove",
    summary="Let the assignment's due time hold again for a student",
    scopes=("grade",),
    body=OldExtension,
    answers={200: Kept},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def remove_extension(enrolment: Enrolment, name: str, user_id: int, body: OldExtension) -> Kept:
    item = assignment_in(enrolment, name)
    try:
        removed = operations.remove(
            db.session, enrolment, item, user_id=user_id, reason=body.reason
        )
    except ExtensionRefused as error:
        abort(409, str(error))
    if not removed:
        abort(409, "There is no extension to remove.")
    return Kept(True)
