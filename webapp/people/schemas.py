"""What goes in and comes out: people, links and notes, by program."""

from __future__ import annotations

from msgspec import Struct

from webapp.api.schemas import Moment
from webapp.results.schemas import LongText


class Link(Struct, frozen=True):
    """A link with which someone sets a password once; hand it to nobody else."""

    user: int
    name: str
    email: str
    link: str


class _Links(Struct, frozen=True):
    mailed: int
    unsent: int
    links: list[Link]
    kept_back: list[int]


class Links(_Links, frozen=True):
    """What became of links: how many were mailed, or could not be, and those to hand out.

    Who is in `kept_back` takes part elsewhere too, so only mail may bring them theirs.
    """


class RosterImported(_Links, frozen=True):
    """Who was enrolled, who was there already, and the links of those without a password.

    They are as in Links.
    """

    enrolled: int
    known: int


class Note(Struct, frozen=True):
    """What one of the staff noted about a student."""

    note: int
    author: str
    text: str
    created_at: Moment


class Notes(Struct, frozen=True):
    """A student's notes, newest first."""

    notes: list[Note]


class NewNote(Struct, frozen=True, forbid_unknown_fields=True):
    """A note to keep."""

    text: LongText
