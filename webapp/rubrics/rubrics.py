"""Rubrics: the items that a kind of written work is read on, their levels, and the points.

A reading keeps which level was chosen, never points: whoever changes a level's points changes
them for everything that is read already.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from webapp.base.numbers import as_given

MOST_ITEMS, MOST_LEVELS, MOST_POINTS = 12, 10, 100.0
_LONGEST_TITLE, _LONGEST_LABEL = 120, 160
# Plain points go in one of these steps, where that gives few enough.
_STEPS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
_MOST_STEPS = 6


class RubricError(ValueError):
    """A rubric is not one: one sentence."""


@dataclass(frozen=True)
class Level:
    """A level of an item; the key stays when points or words change."""

    key: str
    points: float
    label: str = ""


@dataclass(frozen=True)
class Item:
    """One thing that is judged."""

    key: str
    title: str
    levels: tuple[Level, ...]

    @property
    def most(self) -> float:
        """The points of its best level."""
        return max(level.points for level in self.levels)

    def level(self, key: object) -> Level | None:
        """A level by its key."""
        return next((level for level in self.levels if level.key == key), None)

    def shortcut(self, level: Level) -> str:
        """The digit that chooses a level: its points where all are digits, else its place."""
        digits = [f"{each.points:g}" for each in self.levels]
        if not (all(len(digit) == 1 for digit in digits) and len(set(digits)) == len(digits)):
            digits = [str((place + 1) % 10) for place in range(len(self.levels))]
        return digits[self.levels.index(level)]


@dataclass(frozen=True)
class Rubric:
    """The items of one kind of work."""

    kind: str
    items: tuple[Item, ...]

    @property
    def most(self) -> float:
        """The points of the best reading."""
        return sum(item.most for item in self.items)

    def points(self, selections: Mapping[str, Any]) -> float | None:
        """The points of a reading; None while an item has no level, as after it was added."""
        chosen = [item.level(selections.get(item.key)) for item in self.items]
        found = [level.points for level in chosen if level is not None]
        return sum(found) if len(found) == len(chosen) else None

    @property
    def version(self) -> str:
        """Which rubric it is: another one after any change."""
        return hashlib.sha256(repr(self.items).encode()).hexdigest()[:16]

    def in_words(self, selections: Mapping[str, Any]) -> str:
        """What a reading chose, for the log: `Clarity of writing 4; …`."""
        chosen = [(item.title, item.level(selections.get(item.key))) for item in self.items]
        return "; ".join(f"{title} {level.points:g}" for title, level in chosen if level)


def usual(kind: str) -> Rubric:
    """The rubric of a kind of work that a course has not changed."""
    levels = tuple(Level(str(points), float(points)) for points in range(6))
    return Rubric(
        kind,
        (
            Item("clarity", "Clarity of writing", levels),
            Item("communication", "Technical communication of the main ideas", levels),
        ),
    )


def plain_points(kind: str, most: float) -> Rubric:
    """One item with a few even steps from nothing to what a question is worth."""
    step = next((s for s in _STEPS if most / s <= _MOST_STEPS and most % s == 0), most / 4)
    points = [number * step for number in range(round(most / step) + 1)]
    levels = tuple(Level(f"p{round(1000 * each)}", each) for each in points)
    return Rubric(kind, (Item("points", "Points", levels),))


def rubric_from(kind: str, content: Mapping[str, Any]) -> Rubric:
    """A rubric as a database keeps it."""
    return Rubric(
        kind,
        tuple(
            Item(item["key"], item["title"], tuple(Level(**level) for level in item["levels"]))
            for item in content["items"]
        ),
    )


def stored(rubric: Rubric) -> dict[str, Any]:
    """What a database keeps of a rubric."""
    return {"items": [asdict(item) for item in rubric.items]}


def refuse_lost_changes(now_there: Rubric, edited: str) -> None:
    """Who changes a rubric has to know the changes before; `edited` is the version they had."""
    if edited not in ("", now_there.version):
        raise RubricError(
            "Somebody changed this rubric while you did: look at theirs in another window, then "
            "save yours again to put it in its place."
        )


def refuse_lost_choices(before: Rubric, after: Rubric, given: Iterable[Mapping[str, Any]]) -> None:
    """A level that somebody chose may change, but not go while its item stays."""
    kept = {item.key: item for item in after.items}
    for selections in given:
        for item in before.items:
            chosen, stays = item.level(selections.get(item.key)), kept.get(item.key)
            if chosen and stays and stays.level(chosen.key) is None:
                raise RubricError(
                    f"{item.title} at {chosen.points:g} points is given already: change its "
                    "points or words, but do not empty it."
                )


@dataclass(frozen=True)
class NewLevel:
    """A level as staff give it; `key` is that of one that was there before, empty for a new one."""

    points: float
    label: str = ""
    key: str = ""


@dataclass(frozen=True)
class NewItem:
    """One thing that is judged, as staff give it; `key` as for a level."""

    title: str
    levels: tuple[NewLevel, ...]
    key: str = ""


def rubric_made_of(kind: str, given: Sequence[NewItem]) -> Rubric:
    """The rubric that staff gave; raises RubricError."""
    items = [_item(each, place) for place, each in enumerate(given, start=1)]
    if not items:
        raise RubricError("A rubric needs at least one item: give one a title.")
    if len({item.title.casefold() for item in items}) < len(items):
        raise RubricError("Two items have the same title: readers could not tell them apart.")
    if len({item.key for item in items}) < len(items):
        raise RubricError("Two items have the same key: leave out the key of the new one.")
    return Rubric(kind, tuple(items))


def _item(given: NewItem, place: int) -> Item:
    title = given.title.strip()
    if not title:
        raise RubricError(f"Item {place} has no title: give it one, or leave it out.")
    if len(title) > _LONGEST_TITLE:
        raise RubricError(
            f"A title has {len(title)} characters, expected at most {_LONGEST_TITLE}."
        )
    levels = [_level(each, title) for each in given.levels]
    if len(levels) < 2:
        raise RubricError(f"{title} has {len(levels)} levels, expected at least 2.")
    if max(level.points for level in levels) <= 0:
        raise RubricError(f"{title} has no level with more than 0 points.")
    if len({level.key for level in levels}) < len(levels):
        raise RubricError(f"{title} has two levels with the same key: leave out the new one's.")
    return Item(_key(given.key), title, tuple(levels))


def _level(given: NewLevel, title: str) -> Level:
    if not 0 <= given.points <= MOST_POINTS:
        raise RubricError(
            f"{title} has a level of {as_given(given.points)!r} points, expected a number from 0 "
            f"to {MOST_POINTS:g}."
        )
    label = given.label.strip()
    if len(label) > _LONGEST_LABEL:
        raise RubricError(
            f"A level's words have {len(label)} characters, expected at most {_LONGEST_LABEL}."
        )
    return Level(_key(given.key), float(given.points), label)


def _key(given: str) -> str:
    """The key of what was there before, or a new one."""
    return given[:24] if given.isalnum() else secrets.token_hex(4)
