"""What goes in and comes out where staff's programs bring in many students' work."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from webapp.api.schemas import Moment, Text
from webapp.site.addresses import LARGEST_ROW

Number = Annotated[int, Meta(ge=1, le=LARGEST_ROW)]


class ReceivedQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """When work without a timestamp.txt counts as handed in: `now`, `due` or a moment."""

    received: Text = "now"


class ImportFile(Struct, frozen=True):
    """A file, whose it is, and its submission once it is handed in; or in `error` why it cannot be.

    `received_at` is null where it counts from when it is taken in; `late` is as of now.
    """

    file: str
    user: int | None
    name: str
    received_at: Moment | None
    late: bool
    submission: int | None
    error: str


class Import(Struct, frozen=True):
    """An open import: of `found` files `matched` can be taken in, and `handed_in` are.

    A page of its files, those that cannot be taken in first.
    """

    number: int = msgspec.field(name="import")
    filename: str
    matched: int
    handed_in: int
    files: list[ImportFile]
    found: int


class SeenImport(Struct, frozen=True, forbid_unknown_fields=True):
    """Which import is meant, so that none is taken in unseen."""

    number: Number = msgspec.field(name="import")


class ImportTaken(Struct, frozen=True):
    """How many were handed in, and were there already; `dated` count as of an earlier time."""

    new: int
    same: int
    dated: int
