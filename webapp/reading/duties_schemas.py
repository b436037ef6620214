"""What goes in and comes out where staff's programs say who reads what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from webapp.api.schemas import UserNumber
from webapp.reading.kinds import LISTED
from webapp.reading.kinds.answer import ANSWER

if TYPE_CHECKING:
    DividedKind = str
else:
    DividedKind = Literal[(*LISTED, ANSWER.name)]

Graders = Annotated[list[UserNumber], Meta(max_length=500)]


class Load(Struct, frozen=True):
    """How much a grader was given to read, and has read."""

    user: int
    name: str
    given: int
    read: int


class GraderFigures(Struct, frozen=True):
    """How a grader reads; mean, spread and difference are shares of the rubric's points.

    `difference` is the mean difference to the other readers of the same work, of which there are
    `twice`; null where there are none.
    """

    kind: DividedKind
    name: str
    readings: int
    mean: float
    spread: float
    twice: int
    difference: float | None


class ReadingWork(Struct, frozen=True):
    """Who has how much to read, how much nobody reads, and how graders compare."""

    graders: list[Load]
    without_reader: int
    figures: list[GraderFigures]


class Divide(Struct, frozen=True, forbid_unknown_fields=True):
    """Among which graders, and how many of them read each."""

    graders: Graders
    readers: Literal[1, 2] = 1


class Divided(Struct, frozen=True):
    """How many got a reader, and how many could not get as many as asked for."""

    given: int
    short: int


class NewReaders(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to read it, and nobody else; with none anybody may."""

    graders: Graders


class Readers(Struct, frozen=True):
    """The names of who reads it now, or `nobody`."""

    readers: str
