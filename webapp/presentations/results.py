"""What presentation day came to: a line for each team, as a table to print and as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from autograder.spreadsheet import safe_cell
from webapp.presentations.day import Day, Slot
from webapp.rubrics.rubrics import Item


@dataclass(frozen=True)
class ItemMean:
    """What staff gave for one item of the rubric, on average; None before anybody scored it."""

    item: Item
    mean: float | None


def item_means(slot: Slot) -> list[ItemMean]:
    """The mean of each item over those who scored the presentation."""
    found = []
    for item in slot.rubric.items:
        levels = [item.level(score.selections.get(item.key)) for score in slot.scores]
        points = [level.points for level in levels if level is not None]
        found.append(ItemMean(item, sum(points) / len(points) if points else None))
    return found


def results_csv(day: Day) -> str:
    """One line for each team in the running order, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    items = day.rubric.items if day.order else ()
    titles = [safe_cell(item.title) for item in items]
    head = ["place", "team", "title", "members", "scores", *titles, "mean", "possible", "comments"]
    writer.writerow(head)
    for place, slot in enumerate(day.order, start=1):
        team = slot.proposal.team
        members = ", ".join(member.user.name for member in team.members)
        comments = " | ".join(score.comment for score in slot.scores if score.comment)
        words = [safe_cell(text) for text in (team.name, slot.proposal.title, members)]
        means = [_number(each.mean) for each in item_means(slot)]
        total = [_number(slot.mean), _number(slot.rubric.most)]
        writer.writerow([place, *words, len(slot.scores), *means, *total, safe_cell(comments)])
    return out.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else format(round(value, 6), ".12g")
