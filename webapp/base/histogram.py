"""Histograms: scores by points, and students by what a regrade changes."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.base.frame import COUNTS, Bar, CountAxis, Frame, Tick, bars_of

_WIDEST = 80.0


@dataclass(frozen=True)
class Histogram:
    """The distribution of scores: its bars and lines, and what it says in numbers."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    count: int
    mean: float | None
    median: float | None
    frame: Frame = COUNTS


def histogram(scores: Sequence[float], points: float) -> Histogram:
    """The distribution of scores from 0 to the assignment's points."""
    edges = _edges(points)
    counts = [0] * (len(edges) - 1)
    for score in scores:
        place = next((i for i, edge in enumerate(edges[1:]) if score < edge), len(counts) - 1)
        counts[place] += 1
    axis = CountAxis.up_to(max(counts, default=0))
    labelled = ((_label(edges, index, points), count) for index, count in enumerate(counts))
    mean = sum(sorted(scores)) / len(scores) if scores else None
    median = statistics.median(scores) if scores else None
    return Histogram(bars_of(labelled, axis), axis.ticks, len(scores), mean, median)


def _edges(points: float) -> list[float]:
    """One bin per point up to 20 points (full marks alone in the last), else ten bins."""
    if points <= 20 and float(points).is_integer():
        return [float(value) for value in range(int(points) + 2)]
    return [points * index / 10 for index in range(11)]


def _label(edges: list[float], index: int, points: float) -> str:
    low, high = edges[index], edges[index + 1]
    if low == points:
        return f"{low:g}"
    return f"{low:g} to {high:g}" if high == points else f"{low:g} to below {high:g}"


@dataclass(frozen=True)
class Changes:
    """Bars of how many students gain or lose how much, losses left and gains right."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    gained: int
    lost: int
    frame: Frame = COUNTS


def change_chart(differences: Sequence[float]) -> Changes:
    """Students by change in points: one bar a value where there are few, else ranges of width."""
    counts = _binned([round(difference, 2) for difference in differences])
    axis = CountAxis.up_to(max(counts.values(), default=0))
    gained = sum(difference > 0 for difference in differences)
    lost = sum(difference < 0 for difference in differences)
    return Changes(bars_of(counts.items(), axis, widest=_WIDEST), axis.ticks, gained, lost)


def _binned(values: list[float]) -> dict[str, int]:
    """Counts by label in rising order."""
    distinct = sorted(set(values))
    if len(distinct) <= 12:
        return {f"{value:+g}": values.count(value) for value in distinct}
    low, high = distinct[0], distinct[-1]
    step = (high - low) / 10
    found = {}
    for index in range(10):
        first, last = low + index * step, low + (index + 1) * step
        inside = [v for v in values if first <= v < last or (index == 9 and v >= last)]
        found[f"{first:+.2g} to {last:+.2g}"] = len(inside)
    return found
