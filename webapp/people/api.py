"""People by program: adding, changing and removing somebody, and links to set a password."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort
from msgspec.structs import asdict

from webapp.api.operations import PAGE_ROWS, operation
from webapp.api.schemas import Assignments, Kept, PageQuery
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import assignments_of
from webapp.models import Enrolment, Role
from webapp.people import link_operations, operations
from webapp.people.as_json import handed_out, person_info
from webapp.people.link_operations import Invitation, links_for
from webapp.people.links import hand_out
from webapp.people.operations import NotRemovable
from webapp.people.person import PersonRefused, changed_details, read_details
from webapp.people.queries import former_members, member_of, members
from webapp.people.schemas import (
    Invite,
    Links,
    People,
    PersonAdded,
    PersonChanged,
    PersonChanges,
    PersonDetails,
)
from webapp.submissions.as_json import assignment_info

_PEOPLE = "/courses/<slug>/staff/people"
_PERSON = f"{_PEOPLE}/<int:user_id>"
_WHO = {"new": False, "again": True, "all": None}


@operation(
    "POST",
    _PEOPLE,
    summary="Enrol one person; who has an account already keeps its name",
    scopes=("manage",),
    body=PersonDetails,
    answers={200: PersonAdded},
    errors=(422,),
)
@for_roles(Role.INSTRUCTOR)
def add_person(enrolment: Enrolment, body: PersonDetails) -> PersonAdded:
    try:
        details = read_details(
            name=body.name,
            email=body.email,
            role=body.role,
            section=body.section,
            number=body.student_number,
        )
        added = operations.add_person(db.session, enrolment, details)
    except PersonRefused as error:
        abort(422, str(error))
    handed = hand_out(db.session, enrolment, links_for(db.session, [added.user_id]))
    return PersonAdded(
        **handed_out(handed),
        user=added.user_id,
        name=added.name,
        known=added.known,
        back=added.back,
    )


@operation(
    "POST",
    _PERSON,
    summary="Change someone's name, address, role, sections or student number",
    scopes=("manage",),
    body=PersonChanges,
    answers={200: PersonChanged},
    errors=(422,),
)
@for_roles(Role.INSTRUCTOR)
def change_person(enrolment: Enrolment, user_id: int, body: PersonChanges) -> PersonChanged:
    had = member_of(db.session, enrolment.course, user_id).details
    try:
        typed = {**asdict(body), "number": body.student_number}
        wanted = changed_details(had, typed)
        changed = operations.change_person(db.session, enrolment, user_id, wanted)
    except PersonRefused as error:
        abort(422, str(error))
    return PersonChanged(["student_number" if f == "number" else f for f in changed])


@operation(
    "POST",
    f"{_PEOPLE}/invitations",
    summary="Links to set a password, for all of the course who have none: new ones, or again",
    scopes=("manage",),
    body=Invite,
    answers={200: Links},
)
@for_roles(Role.INSTRUCTOR)
def invite(enrolment: Enrolment, body: Invite) -> Links:
    invited = link_operations.make_links(db.session, enrolment, invited=_WHO[body.who])
    return _links(enrolment, invited)


@operation(
    "POST",
    f"{_PERSON}/link",
    summary="A new link to set a password, for someone who has none or has forgotten it",
    scopes=("manage",),
    answers={200: Links},
)
@for_roles(Role.INSTRUCTOR)
def make_link(enrolment: Enrolment, user_id: int) -> Links:
    invitation = link_operations.make_link(db.session, enrolment, user_id)
    return _links(enrolment, [invitation]) if invitation else abort(404)


@operation(
    "POST",
    f"{_PERSON}/end-links",
    summary="End someone's open links to set a password, their sessions and tokens",
    scopes=("manage",),
    answers={200: Kept},
)
@for_roles(Role.INSTRUCTOR)
def end_links(enrolment: Enrolment, user_id: int) -> Kept:
    try:
        ended = link_operations.end_links(db.session, enrolment, user_id)
    except PersonRefused as error:
        abort(409, str(error))
    return Kept(True) if ended else abort(404)


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


@operation(
    "POST",
    f"{_PERSON}/return",
    summary="Let someone who left the course in again, as what they were",
    scopes=("manage",),
    answers={200: Kept},
)
@for_roles(Role.INSTRUCTOR)
def bring_back(enrolment: Enrolment, user_id: int) -> Kept:
    operations.bring_back(db.session, enrolment, user_id)
    return Kept(True)


def _links(enrolment: Enrolment, invited: Sequence[Invitation]) -> Links:
    return Links(**handed_out(hand_out(db.session, enrolment, invited)))


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
    answers={200: People},
)
@for_roles(*STAFF)
def roster(enrolment: Enrolment, query: PageQuery) -> People:
    shown, found = members(db.session, enrolment.course, page=query.page, rows=PAGE_ROWS)
    return People([person_info(each) for each in shown], found)


@operation(
    "GET",
    "/courses/<slug>/staff/former",
    summary="Who left the course; their work is kept",
    scopes=("read",),
    query=PageQuery,
    answers={200: People},
)
@for_roles(*STAFF)
def former(enrolment: Enrolment, query: PageQuery) -> People:
    shown, found = former_members(db.session, enrolment.course, page=query.page, rows=PAGE_ROWS)
    return People([person_info(each) for each in shown], found)
