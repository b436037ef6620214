"""What goes in and comes out: notes about a student, by program."""

from __future__ import annotations

from msgspec import Struct

from webapp.api.schemas import Moment
from webapp.results.schemas import LongText


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
