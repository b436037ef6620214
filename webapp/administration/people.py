"""Somebody as an administrator types them: `ines@example.edu`, or with a name before it."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr

from webapp.base.typed_text import as_address, one_line

_LONGEST_NAME = 200


class NoPerson(ValueError):
    """What was typed is nobody's address: one sentence."""


@dataclass(frozen=True)
class NamedAddress:
    """Whose account is meant, or is to be made, and what they are called in a new one."""

    email: str
    name: str


def read_person(text: str, name: str = "") -> NamedAddress:
    """`ines@example.edu` or `Ines Instructor <ines@example.edu>`; raises NoPerson.

    Without a name a new account is called by the address: `ines.instructor` as Ines Instructor.
    """
    typed_name, address = parseaddr(text.strip()) if "<" in text else ("", text.strip())
    email = as_address(address)
    if not email:
        raise NoPerson(f"{text.strip()[:80]!r} is no email address.")
    called = one_line(name or typed_name)
    return NamedAddress(email, (called or _name_from(email))[:_LONGEST_NAME])


def _name_from(email: str) -> str:
    words = email.partition("@")[0].replace("_", ".").split(".")
    return " ".join(word.capitalize() for word in words if word) or email
