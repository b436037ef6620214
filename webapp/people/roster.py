"""Importing a roster: accounts and enrolments from a CSV file, and links to set a password."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from webapp.audit.record import record_command
from webapp.base.database import db
from webapp.models import (
    Course,
    CourseAssignment,
    Enrolment,
    PaperReview,
    Proposal,
    Role,
    Slide,
    Submission,
    Team,
    TeamMember,
    User,
)
from webapp.site.sign_in import welcome_token

MOST_PEOPLE = 5000
_TOGETHER = 500


class RosterError(Exception):
    """The roster cannot be imported: one sentence with the line at fault."""


@dataclass(frozen=True)
class Person:
    """One line of a roster."""

    name: str
    email: str
    role: Role
    section: str


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


def read_roster(data: bytes, source: str) -> list[Person]:
    """The people of a CSV file with the columns name, email, role and section."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RosterError(f"{source} is not UTF-8 text: save it as CSV UTF-8.") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        columns = set(reader.fieldnames or ())
        if missing := {"name", "email"} - columns:
            raise RosterError(f"{source} has no column {sorted(missing)[0]!r}.")
        people = [_person(row, f"{source}, line {reader.line_num}") for row in reader]
    except csv.Error as error:
        raise RosterError(f"{source}, line {reader.line_num}: {error}.") from None
    if len(people) > MOST_PEOPLE:
        raise RosterError(f"{source} has {len(people)} people, expected at most {MOST_PEOPLE}.")
    return list({person.email: person for person in people}.values())


def _person(row: dict[str, str | None], where: str) -> Person:
    name, email = " ".join((row["name"] or "").split()), (row["email"] or "").strip().lower()
    role = (row.get("role") or "student").strip().lower()
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        email = ""
    if not name or not email:
        got = (row["name"], row["email"])
        raise RosterError(f"{where}: expected a name and an email, got {got[0]!r} and {got[1]!r}.")
    if role not in set(Role):
        raise RosterError(f"{where}: the role is {role!r}, expected one of {', '.join(Role)}.")
    return Person(name[:200], email, Role(role), (row.get("section") or "").strip()[:60])


def import_roster(slug: str, path: Path) -> Imported:
    """Enrol everyone of the file, in one transaction; people already enrolled stay as they are."""
    course = db.session.scalar(sa.select(Course).where(Course.slug == slug))
    if course is None:
        known = ", ".join(db.session.scalars(sa.select(Course.slug))) or "none"
        raise RosterError(f"There is no course {slug!r}; known: {known}.")
    people = read_roster(path.read_bytes(), str(path))
    imported = enrol(db.session, course, people)
    record_command(
        db.session,
        course.id,
        "import roster",
        subject=f"course {course.slug}",
        **imported.told(),
    )
    db.session.commit()
    return imported


def enrol(session: Session, course: Course, people: list[Person]) -> Imported:
    """Accounts and enrolments for everyone who has none; the caller commits."""
    emails = [person.email for person in people]
    known = _users(session, emails)
    strangers = [person for person in people if person.email not in known]
    if strangers:
        accounts = [{"email": person.email, "name": person.name} for person in strangers]
        session.execute(sa.insert(User), accounts)
    users = known | _users(session, [person.email for person in strangers])
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
    invited = tuple(invite(user) for user in everyone if user.password is None)
    staff = tuple(f"{p.email} ({p.role})" for p in new if p.role != Role.STUDENT)
    return Imported(len(new), len(people) - len(new), invited, staff)


def invite(user: User) -> Invitation:
    """A link for someone to set a password; setting one ends every other link."""
    return Invitation(user.id, user.name, user.email, welcome_token(user))


def _users(session: Session, emails: list[str]) -> dict[str, User]:
    found: dict[str, User] = {}
    for start in range(0, len(emails), _TOGETHER):
        some = emails[start : start + _TOGETHER]
        found |= {u.email: u for u in session.scalars(sa.select(User).where(User.email.in_(some)))}
    return found


def out_of_reach(session: Session, instructor_id: int, user_ids: Collection[int]) -> set[int]:
    """Whose password an instructor must not be able to set: they take part elsewhere as well.

    A link would open that other course too, or the work that is kept of one who has left it, so
    only the person gets one, by mail.
    """
    own = sa.select(Enrolment.course_id).where(
        Enrolment.user_id == instructor_id, Enrolment.role == Role.INSTRUCTOR
    )
    ids, found = list(user_ids), {instructor_id} & set(user_ids)
    for start in range(0, len(ids), _TOGETHER):
        for statement in _part_elsewhere(own, ids[start : start + _TOGETHER]):
            found |= set(session.scalars(statement))
    return found


def _part_elsewhere(own: sa.Select[int], ids: list[int]) -> Iterator[sa.Select[int]]:
    """Who of `ids` takes part, or has handed something in, in a course that is not among `own`."""
    for table in (Enrolment, TeamMember, PaperReview):
        yield sa.select(table.user_id).where(table.user_id.in_(ids), table.course_id.not_in(own))
    yield (
        sa.select(Submission.user_id)
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .where(Submission.user_id.in_(ids), CourseAssignment.course_id.not_in(own))
        .distinct()
    )
    yield (
        sa.select(Slide.user_id)
        .join(Proposal, Slide.proposal_id == Proposal.id)
        .join(Team, Proposal.team_id == Team.id)
        .where(Slide.user_id.in_(ids), Team.course_id.not_in(own))
    )
