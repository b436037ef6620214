"""A roster: the people of a CSV file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from werkzeug.datastructures import FileStorage

from webapp.models import Role
from webapp.site.uploads import read_upload

MOST_PEOPLE = 5000
_ROSTER_BYTES = 2 * 2**20


class RosterError(Exception):
    """The roster cannot be imported: one sentence with the line at fault."""


@dataclass(frozen=True)
class Person:
    """One line of a roster."""

    name: str
    email: str
    role: Role
    section: str


def uploaded_roster(file: FileStorage | None) -> list[Person]:
    """The people of a form's file; raises FileRefused or RosterError."""
    upload = read_upload(file, most=_ROSTER_BYTES, what="a CSV roster")
    return read_roster(upload.data, upload.filename)


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
