"""Rubrics: the items that a kind of written work is read on, their levels, and the points.

A reading keeps which level was chosen, never points: whoever changes a level's points changes
them for everything that is read already.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.database import takes_the_one_lock
from webapp.models import (
    Course,
    PaperReview,
    PresentationScore,
    Proposal,
    RubricRow,
    Team,
    WrittenScore,
)

KINDS = {"proposal": "Proposals", "review": "Paper reviews", "presentation": "Presentations"}
MOST_ITEMS, MOST_LEVELS, MOST_POINTS = 12, 10, 100.0
_LONGEST_TITLE, _LONGEST_LABEL = 120, 160


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


def _usual(kind: str) -> Rubric:
    levels = tuple(Level(str(points), float(points)) for points in range(6))
    return Rubric(
        kind,
        (
            Item("clarity", "Clarity of writing", levels),
            Item("communication", "Technical communication of the main ideas", levels),
        ),
    )


def lock_rubrics(session: Session, course_id: int, *, to_change: bool = False) -> None:
    """Keep a course's rubrics as they are until the caller commits, or change them all alone.

    Those of written questions are kept by the locks of students, whose points follow from them.
    """
    if takes_the_one_lock(session):
        return
    course = sa.select(Course.id).where(Course.id == course_id)
    session.execute(course.with_for_update(read=not to_change, key_share=to_change))


def rubrics_of(session: Session, course_id: int) -> dict[str, Rubric]:
    """The rubric of every kind of work in a course, as it is now."""
    found = sa.select(RubricRow).where(RubricRow.course_id == course_id)
    rows = session.scalars(found.execution_options(populate_existing=True))
    kept = {row.kind: rubric_from(row.kind, row.content) for row in rows}
    return {kind: kept.get(kind) or _usual(kind) for kind in KINDS}


def rubric_of(session: Session, course_id: int, kind: str) -> Rubric:
    """The rubric of one kind of work in a course."""
    return rubrics_of(session, course_id)[kind]


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


def from_form(kind: str, form: Mapping[str, str]) -> Rubric:
    """The rubric that staff typed; an item without a title is left out."""
    items = [
        _item_from(form, place)
        for place in range(MOST_ITEMS)
        if form.get(f"title-{place}", "").strip()
    ]
    if not items:
        raise RubricError("A rubric needs at least one item: give one a title.")
    if len({item.title.casefold() for item in items}) < len(items):
        raise RubricError("Two items have the same title: readers could not tell them apart.")
    if len({item.key for item in items}) < len(items):
        raise RubricError("Two items have the same key: leave out the key of the new one.")
    return Rubric(kind, tuple(items))


def _item_from(form: Mapping[str, str], place: int) -> Item:
    title = form[f"title-{place}"].strip()
    if len(title) > _LONGEST_TITLE:
        raise RubricError(
            f"A title has {len(title)} characters, expected at most {_LONGEST_TITLE}."
        )
    levels = [
        _level_from(form, f"{place}-{number}", title)
        for number in range(MOST_LEVELS)
        if form.get(f"points-{place}-{number}", "").strip()
    ]
    if len(levels) < 2:
        raise RubricError(f"{title} has {len(levels)} levels, expected at least 2.")
    if max(level.points for level in levels) <= 0:
        raise RubricError(f"{title} has no level with more than 0 points.")
    if len({level.key for level in levels}) < len(levels):
        raise RubricError(f"{title} has two levels with the same key: leave out the new one's.")
    return Item(_key(form.get(f"item-{place}", "")), title, tuple(levels))


def _level_from(form: Mapping[str, str], place: str, title: str) -> Level:
    given, label = form[f"points-{place}"].strip(), form.get(f"label-{place}", "").strip()
    try:
        points = float(given)
    except ValueError:
        points = math.nan
    if not 0 <= points <= MOST_POINTS:
        raise RubricError(
            f"{title} has a level of {given!r} points, expected a number from 0 to {MOST_POINTS:g}."
        )
    if len(label) > _LONGEST_LABEL:
        raise RubricError(
            f"A level's words have {len(label)} characters, expected at most {_LONGEST_LABEL}."
        )
    return Level(_key(form.get(f"level-{place}", "")), points, label)


def _key(given: str) -> str:
    """The key of what was there before, or a new one."""
    return given[:24] if given.isalnum() else secrets.token_hex(4)


def save_rubric(session: Session, course_id: int, rubric: Rubric) -> None:
    """Put a rubric in the place of the one before; the caller commits."""
    row = session.scalar(
        sa.select(RubricRow).where(RubricRow.course_id == course_id, RubricRow.kind == rubric.kind)
    )
    if row is None:
        row = RubricRow(course_id=course_id, kind=rubric.kind, content={})
        session.add(row)
    row.content = stored(rubric)
    row.updated_at = now()


def selections_in(session: Session, course_id: int, kind: str) -> list[dict[str, Any]]:
    """What was chosen in every reading of one kind in a course."""
    statement = {
        "review": sa.select(WrittenScore.selections)
        .join(PaperReview, WrittenScore.review_id == PaperReview.id)
        .where(PaperReview.course_id == course_id),
        "proposal": sa.select(WrittenScore.selections)
        .join(Proposal, WrittenScore.proposal_id == Proposal.id)
        .join(Proposal.team)
        .where(Team.course_id == course_id),
        "presentation": sa.select(PresentationScore.selections)
        .join(Proposal, PresentationScore.proposal_id == Proposal.id)
        .join(Proposal.team)
        .where(Team.course_id == course_id),
    }[kind]
    return list(session.scalars(statement))
