"""Importing a roster: accounts and enrolments from a CSV file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from webapp.database import db
from webapp.models import Course, Enrolment, Role, User
from webapp.security import welcome_token


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
class Imported:
    """What an import did; `links` are (name, email, token) of people without a password."""

    enrolled: int
    known: int
    links: tuple[tuple[str, str, str], ...]


def read_roster(path: Path) -> list[Person]:
    """The people of a CSV file with the columns name, email, role and section."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns = set(reader.fieldnames or ())
        if missing := {"name", "email"} - columns:
            raise RosterError(f"{path} has no column {sorted(missing)[0]!r}.")
        return [_person(row, f"{path}, line {reader.line_num}") for row in reader]


def _person(row: dict[str, str | None], where: str) -> Person:
    name, email = (row["name"] or "").strip(), (row["email"] or "").strip().lower()
    role = (row.get("role") or "student").strip().lower()
    if not name or email.count("@") != 1 or " " in email:
        raise RosterError(f"{where}: expected a name and an email, got {name!r} and {email!r}.")
    if role not in set(Role):
        raise RosterError(f"{where}: the role is {role!r}, expected one of {', '.join(Role)}.")
    return Person(name[:200], email, Role(role), (row.get("section") or "").strip()[:60])


def import_roster(slug: str, path: Path) -> Imported:
    """Enrol everyone of the file, in one transaction; people already enrolled stay as they are."""
    session = db.session
    course = session.scalar(sa.select(Course).where(Course.slug == slug))
    if course is None:
        known = ", ".join(session.scalars(sa.select(Course.slug))) or "none"
        raise RosterError(f"There is no course {slug!r}; known: {known}.")
    people = read_roster(path)
    enrolled, invited = 0, []
    for person in people:
        user = session.scalar(sa.select(User).where(User.email == person.email))
        if user is None:
            user = User(email=person.email, name=person.name)
            session.add(user)
            session.flush()
        if user.password is None:
            invited.append(user)
        enrolment = session.scalar(
            sa.select(Enrolment.id).where(
                Enrolment.course_id == course.id, Enrolment.user_id == user.id
            )
        )
        if enrolment is None:
            session.add(
                Enrolment(
                    course_id=course.id, user_id=user.id, role=person.role, section=person.section
                )
            )
            enrolled += 1
    session.commit()
    links = tuple((user.name, user.email, welcome_token(user)) for user in invited)
    return Imported(enrolled, len(people) - enrolled, links)
