"""Histograms as numbers for an SVG template: no chart library, no script, no inline style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 640.0, 240.0, 40.0, 36.0, 18.0
_GAP = 3.0


@dataclass(frozen=True)
class Bar:
    """One bin: its label, how many fell in, and its rectangle."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Tick:
    """A line across at a whole number of students."""

    value: int
    y: float


@dataclass(frozen=True)
class Histogram:
    """A drawing of `width` by `height` with its bars and ticks."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    count: int
    mean: float | None
    median: float | None
    width: float = _WIDTH
    height: float = _HEIGHT
    left: float = _LEFT
    base: float = _HEIGHT - _BOTTOM


def histogram(scores: Sequence[float], points: float) -> Histogram:
    """The distribution of scores from 0 to the assignment's points."""
    edges = _edges(points)
    counts = [0] * (len(edges) - 1)
    for score in scores:
        place = next((i for i, edge in enumerate(edges[1:]) if score < edge), len(counts) - 1)
        counts[place] += 1
    step = tick_step(max(counts, default=0))
    top = max(step, math.ceil(max(counts, default=0) / step) * step)
    scale = (_HEIGHT - _BOTTOM - _TOP) / top
    width = (_WIDTH - _LEFT) / len(counts)
    base = _HEIGHT - _BOTTOM
    bars = tuple(
        Bar(
            label=_label(edges, index, points),
            count=count,
            x=round(_LEFT + index * width + _GAP / 2, 2),
            y=round(base - count * scale, 2),
            width=round(width - _GAP, 2),
            height=round(count * scale, 2),
        )
        for index, count in enumerate(counts)
    )
    ticks = tuple(Tick(v, round(base - v * scale, 2)) for v in range(0, top + 1, step))
    ordered = sorted(scores)
    mean = sum(ordered) / len(ordered) if ordered else None
    return Histogram(bars, ticks, len(ordered), mean, _median(ordered))


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


def tick_step(most: int) -> int:
    """Whole numbers between lines across, so that there are at most five."""
    return next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**6) if most <= 5 * step)


def _median(ordered: list[float]) -> float | None:
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


@dataclass(frozen=True)
class Changes:
    """Bars of how many students gain or lose how much, losses left and gains right."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    gained: int
    lost: int
    width: float = _WIDTH
    height: float = _HEIGHT
    left: float = _LEFT
    base: float = _HEIGHT - _BOTTOM


def change_chart(differences: Sequence[float]) -> Changes:
    """Students by change in points: one bar a value where there are few, else ranges of width."""
    counts = _binned([round(difference, 2) for difference in differences])
    step = tick_step(max(counts.values(), default=0))
    top = max(step, math.ceil(max(counts.values(), default=0) / step) * step)
    scale = (_HEIGHT - _BOTTOM - _TOP) / top
    width = (_WIDTH - _LEFT) / max(1, len(counts))
    base = _HEIGHT - _BOTTOM
    bars = tuple(
        Bar(
            label=label,
            count=count,
            x=round(_LEFT + index * width + _GAP / 2, 2),
            y=round(base - count * scale, 2),
            width=round(min(width - _GAP, 80.0), 2),
            height=round(count * scale, 2),
        )
        for index, (label, count) in enumerate(counts.items())
    )
    ticks = tuple(Tick(v, round(base - v * scale, 2)) for v in range(0, top + 1, step))
    gained = sum(difference > 0 for difference in differences)
    return Changes(bars, ticks, gained, sum(difference < 0 for difference in differences))


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
