"""People by program: a roster, links to set a password, and taking somebody out of the course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, request

from webapp.api.operations import operation
from webapp.base.database import db
from webapp.courses.access import for_roles
from webapp.grading.tools import FileRefused
from webapp.models import Enrolment, Role
from webapp.people import membership
from webapp.people.membership import NotRemovable
from webapp.people.roster import Invitation, RosterError
from webapp.results.schemas import Kept
from webapp.settings import schemas

_PERSON = "/courses/<slug>/staff/people/<int:user_id>"


@operation(
    "POST",
    "/courses/<slug>/staff/roster",
    summary="Enrol the people of a CSV file (name,email,role,section): all or none",
    scopes=("manage",),
    file="roster",
    answers={200: schemas.RosterImported},
    errors=(422,),
)
@for_roles(Role.INSTRUCTOR)
def import_roster(enrolment: Enrolment) -> schemas.RosterImported:
    try:
        imported = membership.import_file(
            db.session, enrolment, request.files.get("roster"), by="API"
        )
    except (FileRefused, RosterError) as error:
        abort(422, str(error))
    handed = _handed_out(enrolment, imported.invited)
    return schemas.RosterImported(**handed, enrolled=imported.enrolled, known=imported.known)


@operation(
    "POST",
    f"{_PERSON}/link",
    summary="A new link to set a password, for someone who has none or has forgotten it",
    scopes=("manage",),
    answers={200: schemas.Links},
)
@for_roles(Role.INSTRUCTOR)
def make_link(enrolment: Enrolment, user_id: int) -> schemas.Links:
    invitation = membership.new_link(db.session, enrolment, user_id, by="API")
    return schemas.Links(**_handed_out(enrolment, [invitation])) if invitation else abort(404)


@operation(
    "POST",
    f"{_PERSON}/remove",
    summary="Take someone out of the course; what they handed in is kept",
    scopes=("manage",),
    answers={200: Kept},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def remove_person(enrolment: Enrolment, user_id: int) -> Kept:
    try:
        removed = membership.remove(db.session, enrolment, user_id, by="API")
    except NotRemovable as error:
        abort(409, str(error))
    return Kept(True) if removed else abort(404)


def _handed_out(enrolment: Enrolment, invited: Sequence[Invitation]) -> dict[str, Any]:
    handed = membership.hand_out(db.session, enrolment, invited)
    links = [schemas.Link(p.user_id, p.name, p.email, link) for p, link in handed.links]
    return {
        "mailed": handed.mailed,
        "unsent": handed.unsent,
        "links": links,
        "kept_back": [person.user_id for person in handed.kept_back],
    }
