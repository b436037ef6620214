"""Someone's part in a course as people type it and rosters write it: what is kept of each field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from webapp.base.typed_text import as_address, one_line, plain
from webapp.courses.people import BETWEEN
from webapp.models import Role

LONGEST_NAME = 200
LONGEST_SECTION = 60
LONGEST_NUMBER = 40
_AFTER_A_NAME = {"jr", "sr", "ii", "iii", "iv", "phd", "md"}
# A spreadsheet shows a long number so, and saves it so: its last digits are gone.
_SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)

# What other systems and registrars call the roles, as `plain` has it without spaces.
_ROLES = {
    Role.STUDENT: """student students learner studentin studierende studierender studenten etudiant
        etudiante eleve estudiante alumno alumna aluno studente studentenrollment participant
        teilnehmer teilnehmerin opiskelija 学生""",
    Role.GRADER: """grader ta tas teachingassistant tutor tutorin assistant assistent assistentin
        korrektor reader taenrollment noneditingteacher chargedetd ayudante
        assistente monitor tutore""",
    Role.INSTRUCTOR: """instructor instructors teacher editingteacher lecturer professor prof
        dozent dozentin lehrende enseignant enseignante professeur profesor profesora docente
        professore teacherenrollment primaryinstructor faculty""",
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split()}


class PersonRefused(Exception):
    """What was typed of someone cannot be kept, or not now: one sentence."""


@dataclass(frozen=True)
class Details:
    """Someone as a course knows them; `section` may be several with ", " between them."""

    name: str
    email: str
    role: Role = Role.STUDENT
    section: str = ""
    number: str = ""


def read_details(*, name: str, email: str, role: str, section: str, number: str) -> Details:
    """What a form says of someone; raises PersonRefused."""
    return Details(
        kept_name(name),
        kept_address(email),
        kept_role(role) if role.strip() else Role.STUDENT,
        kept_sections(section),
        kept_number(number),
    )


def changed_details(had: Details, typed: Mapping[str, str | None]) -> Details:
    """Someone's details with what was typed of them; what was not, or as it was, stays as it is.

    Raises PersonRefused.
    """
    found = had
    for field, read in _READ.items():
        text = typed.get(field)
        if text is not None and text != str(getattr(had, field)):
            found = replace(found, **{field: read(text)})  # type: ignore[arg-type]
    return found


def kept_name(text: str) -> str:
    """A name in the order in which it is said: `Ng, Ivy` is Ivy Ng; raises PersonRefused."""
    name = _in_order(one_line(text))
    if not plain(name):
        raise PersonRefused("There is no name.")
    if "@" in name:
        raise PersonRefused(f"The name is {name[:80]!r}, expected one without an address in it.")
    if len(name) > LONGEST_NAME:
        raise PersonRefused(
            f"The name has {len(name)} characters, expected at most {LONGEST_NAME}."
        )
    return name


def last_first(text: str) -> str:
    """A name that begins with the family name, in the order in which it is said.

    Without a comma the family name is what stands in capitals, or the first of two words.
    """
    words = one_line(text).split()
    if "," in text or len(words) < 2:
        return text
    family = 0
    while family < len(words) and words[family].isupper() and len(words[family]) > 1:
        family += 1
    if not 0 < family < len(words):
        family = 1 if len(words) == 2 else 0
    return " ".join(words[family:] + words[:family])


def _in_order(name: str) -> str:
    parts = [part.strip() for part in name.split(",")]
    ends = plain(parts[-1]).replace(" ", "") in _AFTER_A_NAME
    if not all(parts) or len(parts) != 2 + ends:
        return name.strip(", ")
    return " ".join([parts[1], parts[0], *parts[2:]])


def kept_address(text: str) -> str:
    """An e-mail address; raises PersonRefused."""
    address = as_address(text)
    if not address:
        got = one_line(text)[:80]
        raise PersonRefused(
            f"{got!r} is no e-mail address." if got else "There is no e-mail address."
        )
    return address


def kept_role(text: str) -> Role:
    """A role by its name here or elsewhere; raises PersonRefused."""
    word = plain(text).replace(" ", "")
    if word not in _ROLE_OF:
        known = ", ".join(Role)
        raise PersonRefused(f"The role is {one_line(text)[:80]!r}, expected one of {known}.")
    return _ROLE_OF[word]


def kept_sections(text: str) -> str:
    """One section or several, which commas, semicolons or bars part; raises PersonRefused."""
    names = sorted({name for part in re.split(r"[,;|\n]", text) if (name := one_line(part))})
    joined = BETWEEN.join(names)
    if len(joined) > LONGEST_SECTION:
        raise PersonRefused(
            f"The sections have {len(joined)} characters together, "
            f"expected at most {LONGEST_SECTION}."
        )
    return joined


def kept_number(text: str) -> str:
    """A student number without what spreadsheets put around it; raises PersonRefused."""
    number = one_line(text)
    if match := re.fullmatch(r'="?(.*?)"?', number):
        number = match[1]
    number = number.lstrip("'#").strip()
    number = re.sub(r"^(\d+)\.0$", r"\1", number)
    if _SHORTENED.fullmatch(number):
        raise PersonRefused(
            f"The student number {number} was shortened by a spreadsheet: write it in full."
        )
    if len(number) > LONGEST_NUMBER:
        raise PersonRefused(
            f"The student number has {len(number)} characters, expected at most {LONGEST_NUMBER}."
        )
    return number


def same_number(number: str) -> str:
    """What two ways of writing a student number share: case and leading zeros do not matter."""
    return plain(number).replace(" ", "").lstrip("0") or ("0" if number else "")


_READ: dict[str, Callable[[str], str]] = {
    "name": kept_name,
    "email": kept_address,
    "role": kept_role,
    "section": kept_sections,
    "number": kept_number,
}
