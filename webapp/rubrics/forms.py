"""The forms of readers and rubrics: from what was typed to values, and back."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.base.numbers import TypedNumber
from webapp.rubrics.marks import Sent
from webapp.rubrics.rubrics import MOST_ITEMS, MOST_LEVELS, NewItem, NewLevel, Rubric

VERSION = "rubric-version"


def sent_in(form: Mapping[str, str]) -> Sent:
    """What a reader sent by a page, and the rubric that it showed."""
    return Sent(form, form.get("comment", ""), form.get(VERSION, ""))


def items_in(form: Mapping[str, str]) -> list[NewItem]:
    """The items that staff typed; one without a title and a level without points are left out."""
    return [
        NewItem(title, _levels_in(form, place), form.get(f"item-{place}", ""))
        for place in range(MOST_ITEMS)
        if (title := form.get(f"title-{place}", "").strip())
    ]


def _levels_in(form: Mapping[str, str], place: int) -> tuple[NewLevel, ...]:
    return tuple(
        NewLevel(TypedNumber(points), form.get(f"label-{each}", ""), form.get(f"level-{each}", ""))
        for each in (f"{place}-{number}" for number in range(MOST_LEVELS))
        if (points := form.get(f"points-{each}", "").strip())
    )


def rubric_fields(rubric: Rubric) -> dict[str, str]:
    """The form as it stands before anybody typed."""
    found: dict[str, str] = {}
    for place, item in enumerate(rubric.items):
        found |= {f"item-{place}": item.key, f"title-{place}": item.title}
        for number, level in enumerate(item.levels):
            found[f"level-{place}-{number}"] = level.key
            found[f"points-{place}-{number}"] = f"{level.points:g}"
            found[f"label-{place}-{number}"] = level.label
    return found
