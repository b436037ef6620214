"""What staff do about people: enrol them, make a link, take somebody out, note something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import Actor, record, record_by
from webapp.base.database import change
from webapp.models import Course, Enrolment, Role, StudentNote, User
from webapp.people import queries
from webapp.people.roster import Person
from webapp.reading import duties
from webapp.site.sign_in import welcome_token

_LONGEST_NOTE = 5000


class NotRemovable(Exception):
    """Someone cannot be taken out of the course: one sentence."""


class NoteRefused(Exception):
    """A note cannot be kept: one sentence."""


@dataclass(frozen=True)
class Invitation:
    """Someone, and the token of a link that sets a password once."""

    user_id: int
    name: str
    email: str
    token: str


@dataclass(frozen=True)
class Imported:
    """What an import did; `invited` are the people who have no password yet.

    `staff` are the email addresses of those who were enrolled with the rights of staff.
    """

    enrolled: int
    known: int
    invited: tuple[Invitation, ...]
    staff: tuple[str, ...] = ()

    def told(self) -> dict[str, object]:
        """What the log keeps of it."""
        found: dict[str, object] = {"enrolled": self.enrolled, "known": self.known}
        return found | ({"staff": ", ".join(self.staff)} if self.staff else {})


def import_roster(session: Session, actor: Actor, people: Sequence[Person]) -> Imported:
    """Enrol everyone, in one transaction; people already enrolled stay as they are."""
    with change(session):
        course = session.get_one(Course, actor.course_id)
        imported = _enrol(session, course, people)
        subject = f"course {course.slug}"
        record(session, actor, "import roster", subject=subject, **imported.told())
    return imported


def _enrol(session: Session, course: Course, people: Sequence[Person]) -> Imported:
    """Accounts and enrolments for everyone who has none; the caller commits."""
    emails = [person.email for person in people]
    known = queries.users_by_email(session, emails)
    strangers = [person for person in people if person.email not in known]
    if strangers:
        accounts = [{"email": person.email, "name": person.name} for person in strangers]
        session.execute(sa.insert(User), accounts)
    users = known | queries.users_by_email(session, [person.email for person in strangers])
    there = set(
        session.scalars(sa.select(Enrolment.user_id).where(Enrolment.course_id == course.id))
    )
    new = [person for person in people if users[person.email].id not in there]
    rows = [
        {
            "course_id": course.id,
            "user_id": users[person.email].id,
            "role": person.role,
            "section": person.section,
        }
        for person in new
    ]
    if rows:
        session.execute(sa.insert(Enrolment), rows)
    everyone = [users[email] for email in emails]
    invited = tuple(_invite(user) for user in everyone if user.password is None)
    staff = tuple(f"{p.email} ({p.role})" for p in new if p.role != Role.STUDENT)
    return Imported(len(new), len(people) - len(new), invited, staff)


def make_link(session: Session, actor: Enrolment, user_id: int) -> Invitation | None:
    """A new link for someone of the course; None where they are not in it."""
    with change(session):
        user = queries.active_member(session, actor.course, user_id)
        if user is not None:
            record(session, actor, "make sign-in link", subject=f"user {user.id}")
    return None if user is None else _invite(user)


def _invite(user: User) -> Invitation:
    """A link for someone to set a password; setting one ends every other link."""
    return Invitation(user.id, user.name, user.email, welcome_token(user))


def remove(session: Session, actor: Enrolment, user_id: int) -> bool:
    """Take someone out of the course, whose work stays; False where they are not in it.

    Raises NotRemovable.
    """
    if user_id == actor.user_id:
        raise NotRemovable("You cannot take yourself out of the course.")
    with change(session):
        gone = session.execute(
            sa.delete(Enrolment).where(
                Enrolment.course_id == actor.course_id, Enrolment.user_id == user_id
            )
        )
        if not gone.rowcount:  # type: ignore[attr-defined]
            return False
        left = duties.give_back(session, actor.course_id, user_id)
        detail = {"readings_given_back": left} if left else {}
        record(session, actor, "remove from course", subject=f"user {user_id}", **detail)
    return True


def add_note(session: Session, actor: Enrolment, student: User, *, text: str) -> None:
    """Keep a note about a student for the rest of the staff; raises NoteRefused."""
    text = text.strip()
    if not text:
        raise NoteRefused("The note is empty, so it was not kept.")
    if len(text) > _LONGEST_NOTE:
        raise NoteRefused(f"The note has {len(text)} characters, expected at most {_LONGEST_NOTE}.")
    about, author = student.id, actor.user_id
    with change(session):
        session.add(
            StudentNote(course_id=actor.course_id, user_id=about, author_id=author, text=text)
        )
        record(session, actor, "add note", subject=f"user {about}")


def remove_note(session: Session, actor: Enrolment, student: User, *, note_id: int) -> bool:
    """Forget a note about a student; False where there is none."""
    with change(session):
        gone = session.execute(
            sa.delete(StudentNote).where(
                StudentNote.id == note_id,
                StudentNote.course_id == actor.course_id,
                StudentNote.user_id == student.id,
            )
        )
        if not gone.rowcount:  # type: ignore[attr-defined]
            return False
        record(session, actor, "remove note", subject=f"user {student.id}")
    return True


def begin_viewing(session: Session, actor: Enrolment, student: User) -> None:
    """Note that somebody looks at the course as the student from now on."""
    with change(session):
        record(session, actor, "view as student", subject=f"user {student.id}")


def end_viewing(session: Session, actor_id: int, *, course_id: int, student_id: int) -> None:
    """Note that somebody, who may be in the course no more, looks as themselves again."""
    subject = f"user {student_id}"
    with change(session):
        record_by(
            session, actor_id, course_id, "end viewing as student", subject=subject, detail={}
        )
