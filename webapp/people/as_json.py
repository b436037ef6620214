"""People and links as the API shows them."""

from __future__ import annotations

from typing import Any

from webapp.api.schemas import moment
from webapp.people.links import HandedOut
from webapp.people.queries import Member
from webapp.people.schemas import CoursePerson, Link


def handed_out(handed: HandedOut) -> dict[str, Any]:
    """What became of links, for the schemas that hold it."""
    return {
        "mailed": handed.mailed,
        "unsent": handed.unsent,
        "sending": handed.sending,
        "links": [Link(p.user_id, p.name, p.email, link) for p, link in handed.links],
        "kept_back": [person.user_id for person in handed.kept_back],
    }


def person_info(shown: Member) -> CoursePerson:
    """Someone of the course, or who left it."""
    who = shown.details
    return CoursePerson(
        shown.id,
        who.name,
        who.email,
        who.role.value,
        who.section,
        student_number=who.number,
        has_password=shown.has_password,
        invited_at=moment(shown.invited_at),
        left_at=moment(shown.left_at),
    )
