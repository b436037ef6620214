"""What goes in and comes out where staff's programs keep the course's lists, and read its log."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from webapp.api.schemas import Moment, PageQuery, Text
from webapp.results.kept_replies import LONGEST_TEXT, LONGEST_TITLE
from webapp.results.schemas import UserNumber
from webapp.site.addresses import LARGEST_ROW
from webapp.written.examples import MOST_EXAMPLES
from webapp.written.papers import LONGEST_REFERENCE, MOST_REFERENCES

_LINE = "^[^\\x00\\r\\n]*$"
Line = Annotated[str, Meta(min_length=1, max_length=LONGEST_REFERENCE, pattern=_LINE)]
Words = Annotated[str, Meta(min_length=1, max_length=1000, pattern="^[^\\x00]*$")]
Day = Annotated[str, Meta(pattern="^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]


class Papers(Struct, frozen=True, forbid_unknown_fields=True):
    """The papers that students are suggested, a reference each."""

    papers: Annotated[list[Line], Meta(max_length=MOST_REFERENCES)]


class ExampleProposal(Struct, frozen=True, forbid_unknown_fields=True):
    """A proposal that nobody handed in: its title, and what it would do."""

    title: Line
    text: Words


class ExampleProposals(Struct, frozen=True, forbid_unknown_fields=True):
    """The examples of proposals that students see."""

    examples: Annotated[list[ExampleProposal], Meta(max_length=MOST_EXAMPLES)]


class Place(Struct, frozen=True):
    """A team on presentation day; `missing` says what it lacks to be eligible."""

    proposal: int
    team: str
    title: str
    missing: list[str]


class RunningOrder(Struct, frozen=True):
    """Who presents, in order, and the teams that have no place."""

    order: list[Place]
    others: list[Place]


class Move(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a team goes: a place up or down, in at the end, or out of the order."""

    where: Literal["up", "down", "in", "out"]


class Reply(Struct, frozen=True):
    """A reply that staff write often."""

    reply: int
    title: str
    text: str


class Replies(Struct, frozen=True):
    """The replies that are kept, by title."""

    replies: list[Reply]


class NewReply(Struct, frozen=True, forbid_unknown_fields=True):
    """A reply to keep."""

    title: Annotated[str, Meta(min_length=1, max_length=LONGEST_TITLE, pattern=_LINE)]
    text: Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT, pattern="^[^\\x00]*$")]


class LogQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which entries: of a kind, by someone, with a text, and from and until a day of the course."""

    kind: Literal["", "score", "time", "role", "sight", "work"] = ""
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
