"""Who staff bring into a course and take out of it, and the links that set a password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from webapp.audit.record import record
from webapp.base.mail import Letter, configured_mailer
from webapp.models import Enrolment, User
from webapp.people.roster import Imported, Invitation, enrol, invite, out_of_reach, read_roster
from webapp.reading import duties
from webapp.site.sign_in import WELCOME_DAYS
from webapp.site.uploads import read_upload

_ROSTER_BYTES = 2 * 2**20


class NotRemovable(Exception):
    """Someone cannot be taken out of the course: one sentence."""


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


def import_file(session: Session, enrolment: Enrolment, file: FileStorage | None) -> Imported:
    """Enrol everyone of a CSV file, or nobody when a line of it is wrong; commits.

    Raises FileRefused or RosterError.
    """
    upload = read_upload(file, most=_ROSTER_BYTES, what="a CSV roster")
    imported = enrol(session, enrolment.course, read_roster(upload.data, upload.filename))
    subject = f"course {enrolment.course.slug}"
    record(session, enrolment, "import roster", subject=subject, **imported.told())
    session.commit()
    return imported


def new_link(session: Session, enrolment: Enrolment, user_id: int) -> Invitation | None:
    """A new link for someone of the course; None where they are not in it. Commits."""
    user = session.scalar(
        sa.select(User)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(User.id == user_id, Enrolment.course_id == enrolment.course_id, User.active)
    )
    if user is None:
        return None
    record(session, enrolment, "make sign-in link", subject=f"user {user.id}")
    session.commit()
    return invite(user)


def remove(session: Session, enrolment: Enrolment, user_id: int) -> bool:
    """Take someone out of the course, whose work stays; False where they are not in it. Commits."""
    if user_id == enrolment.user_id:
        raise NotRemovable("You cannot take yourself out of the course.")
    gone = session.execute(
        sa.delete(Enrolment).where(
            Enrolment.course_id == enrolment.course_id, Enrolment.user_id == user_id
        )
    )
    if not gone.rowcount:  # type: ignore[attr-defined]
        return False
    left = duties.give_back(session, enrolment.course_id, user_id)
    detail = {"readings_given_back": left} if left else {}
    subject = f"user {user_id}"
    record(session, enrolment, "remove from course", subject=subject, **detail)
    session.commit()
    return True


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
