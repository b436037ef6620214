"""What goes in and comes out: presentation day, by program."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from webapp.rubrics.schemas import RubricInfo


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


class ItemMean(Struct, frozen=True):
    """The mean of what staff gave for an item; null before anybody did."""

    item: str
    mean: float | None


class Presentation(Struct, frozen=True):
    """A team in the running order and what staff gave, on average and in words."""

    place: int
    proposal: int
    team: str
    title: str
    members: list[str]
    scores: int
    items: list[ItemMean]
    mean: float | None
    comments: list[str]


class Presentations(Struct, frozen=True):
    """The running order of presentation day with its results."""

    rubric: RubricInfo
    presentations: list[Presentation]
