"""Links that set a password: by mail where that is set up, else for the instructor to hand out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from webapp.base.mail import Letter, configured_mailer
from webapp.models import Enrolment
from webapp.people.operations import Invitation
from webapp.people.queries import out_of_reach
from webapp.site.sign_in import WELCOME_DAYS


@dataclass(frozen=True)
class HandedOut:
    """What became of links: `mailed` went by mail and `unsent` could not.

    `links` are for the instructor to hand out, with their addresses; those of `kept_back` take part
    elsewhere too, so that only mail may bring them theirs.
    """

    mailed: int
    unsent: int
    links: tuple[tuple[Invitation, str], ...]
    kept_back: tuple[Invitation, ...]


def hand_out(session: Session, enrolment: Enrolment, invited: Sequence[Invitation]) -> HandedOut:
    """Mail the links where that is set up; tell the instructor those that are theirs to see."""
    mailer, missed = configured_mailer(), {person.email for person in invited}
    if mailer is not None and invited:
        letters = [_letter(person, enrolment.course.title) for person in invited]
        missed = set(mailer.send(letters))
    unreachable = out_of_reach(session, enrolment.user_id, [person.user_id for person in invited])
    left = [person for person in invited if person.email in missed]
    return HandedOut(
        len(invited) - len(left),
        len(left) if mailer else 0,
        tuple((p, _address(p)) for p in left if p.user_id not in unreachable),
        tuple(p for p in left if p.user_id in unreachable),
    )


def _address(person: Invitation) -> str:
    """The whole address of the link."""
    return url_for("accounts.welcome", token=person.token, _external=True)


def _letter(person: Invitation, course: str) -> Letter:
    """What someone reads who is to set a password."""
    text = (
        f"Hello {person.name},\n\nset your password for {course} here, within "
        f"{WELCOME_DAYS} days:\n\n{_address(person)}\n\nThe link works once. If you expected no "
        "such mail, ignore it: nothing has changed.\n"
    )
    return Letter(person.email, f"Set your password for {course}", text)
