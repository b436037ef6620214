"""What goes in and comes out: the log, by program."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from webapp.api.schemas import Day, Moment, PageQuery, Text, UserNumber
from webapp.site.addresses import LARGEST_ROW


class LogQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which entries: of a kind, by someone, with a text, and from and until a day of the course."""

    kind: Literal["", "score", "time", "role", "sight", "work", "site"] = ""
    who: UserNumber | None = None
    search: Text = ""
    since: Day = ""
    until: Day = ""


class LogEntry(Struct, frozen=True):
    """Who did what to what; `user` is null for the service itself."""

    at: Moment
    user: Annotated[int, Meta(ge=1, le=LARGEST_ROW)] | None
    who: str
    action: str
    subject: str
    reason: str
    detail: dict[str, Any]


class LogEntries(Struct, frozen=True):
    """A page of the log, newest first."""

    entries: list[LogEntry]
    found: int
