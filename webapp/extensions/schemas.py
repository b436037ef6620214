"""What goes in and comes out: extensions, by program."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webapp.api.schemas import Moment, Reason, Text, UserNumber


class ExtensionInfo(Struct, frozen=True):
    """A student's own due time, and why; `given_by` is null where that account is gone."""

    user: int
    name: str
    due_at: Moment
    reason: str
    given_by: str | None
    given_at: Moment


class Extensions(Struct, frozen=True):
    """Who has more time at an assignment, by name."""

    assignment: str
    due_at: Moment | None
    extensions: list[ExtensionInfo]


class NewExtensions(Struct, frozen=True, forbid_unknown_fields=True):
    """More time for `users` and for everyone of `section`, each where it is not empty.

    `due_at` has an offset from UTC (`2026-02-04T17:00-05:00`), or else is a time of the course's
    clock (`2026-02-04T17:00`).
    """

    due_at: Text
    reason: Reason
    users: Annotated[list[UserNumber], Meta(max_length=5000)] = []
    section: Text = ""


class ExtensionsGiven(Struct, frozen=True):
    """How many students have more time now, and until when."""

    students: int
    due_at: Moment


class OldExtension(Struct, frozen=True, forbid_unknown_fields=True):
    """Why an extension is taken back; the log keeps it."""

    reason: Reason
