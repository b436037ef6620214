"""People by program: a roster, links to set a password, and taking somebody out of the course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, request

from webapp.api.operations import PAGE_ROWS, operation
from webapp.api.schemas import Assignments, Kept, PageQuery, Person, Roster
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import assignments_of
from webapp.models import Enrolment, Role
from webapp.people import operations
from webapp.people.links import hand_out
from webapp.people.operations import Invitation, NotRemovable
from webapp.people.queries import members
from webapp.people.roster import RosterError, uploaded_roster
from webapp.people.schemas import Link, Links, RosterImported
from webapp.site.uploads import FileRefused
from webapp.submissions.as_json import assignment_info

_PERSON = "/courses/<slug>/staff/people/<int:user_id>"


@operation(
    "POST",
    "/courses/<slug>/staff/roster",
    summary="Enrol the people of a CSV file (name,email,role,section): all or none",
    scopes=("manage",),
    file="roster",
    answers={200: RosterImported},
    errors=(422,),
)
@for_roles(Role.INSTRUCTOR)
def import_roster(enrolment: Enrolment) -> RosterImported:
    try:
        people = uploaded_roster(request.files.get("roster"))
        imported = operations.import_roster(db.session, enrolment, people)
    except (FileRefused, RosterError) as error:
        abort(422, str(error))
    handed = _handed_out(enrolment, imported.invited)
    return RosterImported(**handed, enrolled=imported.enrolled, known=imported.known)


@operation(
    "POST",
    f"{_PERSON}/link",
    summary="A new link to set a password, for someone who has none or has forgotten it",
    scopes=("manage",),
    answers={200: Links},
)
@for_roles(Role.INSTRUCTOR)
def make_link(enrolment: Enrolment, user_id: int) -> Links:
    invitation = operations.make_link(db.session, enrolment, user_id)
    return Links(**_handed_out(enrolment, [invitation])) if invitation else abort(404)


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
        removed = operations.remove(db.session, enrolment, user_id)
    except NotRemovable as error:
        abort(409, str(error))
    return Kept(True) if removed else abort(404)


def _handed_out(enrolment: Enrolment, invited: Sequence[Invitation]) -> dict[str, Any]:
    handed = hand_out(db.session, enrolment, invited)
    links = [Link(p.user_id, p.name, p.email, link) for p, link in handed.links]
    return {
        "mailed": handed.mailed,
        "unsent": handed.unsent,
        "links": links,
        "kept_back": [person.user_id for person in handed.kept_back],
    }


@operation(
    "GET",
    "/courses/<slug>/staff/assignments",
    summary="The course's assignments",
    scopes=("read",),
    answers={200: Assignments},
)
@for_roles(*STAFF)
def assignments(enrolment: Enrolment) -> Assignments:
    found = assignments_of(db.session, enrolment.course)
    return Assignments([assignment_info(item) for item in found])


@operation(
    "GET",
    "/courses/<slug>/staff/roster",
    summary="Who is in the course",
    scopes=("read",),
    query=PageQuery,
    answers={200: Roster},
)
@for_roles(*STAFF)
def roster(enrolment: Enrolment, query: PageQuery) -> Roster:
    shown, found = members(db.session, enrolment.course, page=query.page, rows=PAGE_ROWS)
    people = [Person(p.id, p.name, p.email, p.role.value, p.section) for p in shown]
    return Roster(people, found)
