"""What goes in and comes out: a roster by program, and what it would change or has changed."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from webapp.people.schemas import HandedOutLinks

Said = Annotated[str, Meta(max_length=2000, pattern="^[^\\x00]*$")]
Flag = Annotated[bool, Meta(description="true or false")]


class RosterQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """How to read the file and what to do; whatever is not said is guessed or left alone.

    `columns` are lines such as `name=Full name` or `email=3`. `dry_run` changes nothing.
    `remove_missing` takes out the students whom the file does not mention. `leave_conflicts` takes
    in the rest where some rows cannot be.
    """

    columns: Said = ""
    encoding: Annotated[str, Meta(max_length=20, pattern="^[a-z0-9-]*$")] = ""
    dry_run: Flag = False
    remove_missing: Flag = False
    leave_conflicts: Flag = False


class RosterLine(Struct, frozen=True):
    """What becomes of somebody in these lines of the file, found by number, address or name.

    `user` is null where there is no account yet; `fault` says why nothing becomes of them.
    """

    lines: list[int]
    becomes: Literal["new", "back", "changed", "same", "conflict"]
    user: int | None
    name: str
    email: str
    found_by: str
    changes: list[str]
    notes: list[str]
    fault: str


class RosterMissing(Struct, frozen=True):
    """A student of the course whom the file does not mention."""

    user: int
    name: str
    email: str


class RosterImported(HandedOutLinks, frozen=True):
    """What the roster did, or with `dry_run` would do, and the links of who was not invited yet.

    Links are as in Links. `lines` are those that are not `same`. `columns` says what each column
    of the file was read as.
    """

    done: bool
    enrolled: int
    known: int
    changed: int
    removed: int
    left_out: int
    encoding: str
    columns: list[str]
    lines: list[RosterLine]
    missing: list[RosterMissing]
