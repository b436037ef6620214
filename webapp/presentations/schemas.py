"""What goes in and comes out: presentation day, by program."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


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
