"""Curves that a check attached, on common axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.results import Curve, Plot
from webapp.base.frame import Frame

_FRAME = Frame(640.0, 280.0, left=62.0, right=14.0, top=14.0, bottom=46.0)
_MOST_TICKS = 6
# From such a ratio on, what is small would lie flat on the axis.
_LOGARITHMIC_FROM = 100.0


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its label and its place."""

    label: str
    at: float


@dataclass(frozen=True)
class Line:
    """One curve: its label, its points for a polyline, what it does in words, and its style."""

    label: str
    points: str
    words: str
    style: int


@dataclass(frozen=True)
class LineChart:
    """A drawing with its axes, and the same numbers as a table: one row for each x."""

    plot: Plot
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    rows: tuple[tuple[str, ...], ...]
    logarithmic: bool
    frame: Frame = _FRAME

    @property
    def words(self) -> str:
        """The drawing for whoever does not see it."""
        return " ".join(line.words for line in self.lines)


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    first: float
    last: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        low, high, value = map(self._seen, (self.low, self.high, value))
        share = (value - low) / (high - low) if high > low else 0.5
        return round(self.first + share * (self.last - self.first), 2)

    def _seen(self, value: float) -> float:
        return math.log10(value) if self.logarithmic else value

    def ticks(self, values: Sequence[float]) -> tuple[Tick, ...]:
        return tuple(Tick(f"{value:g}", self(value)) for value in values)


def line_chart(plot: Plot) -> LineChart:
    """The curves on common axes; a logarithmic one where they span orders of magnitude."""
    values = [value for curve in plot.curves for value in curve.values]
    longest = max(len(curve.values) for curve in plot.curves)
    low, high = min(values), max(values)
    logarithmic = low > 0 and high / low >= _LOGARITHMIC_FROM
    if not logarithmic and 0 < low < high / 2:
        low = 0.0
    up_values = _decades(low, high) if logarithmic else _round_values(low, high)
    lowest, highest = min(low, up_values[0]), max(high, up_values[-1])
    up = _Scale(lowest, highest, _FRAME.base, _FRAME.top, logarithmic)
    across = _Scale(1.0, float(longest), _FRAME.left, _FRAME.end)
    marks = [v for v in _round_values(1.0, longest) if 1 <= v <= longest and v.is_integer()]
    return LineChart(
        plot=plot,
        lines=tuple(_line(plot, style, across, up) for style in range(len(plot.curves))),
        across=across.ticks([1.0, *(mark for mark in marks if mark > 1)]),
        up=up.ticks(up_values),
        rows=tuple(_row(plot, place) for place in range(longest)),
        logarithmic=logarithmic,
    )


def _line(plot: Plot, style: int, across: _Scale, up: _Scale) -> Line:
    curve = plot.curves[style]
    points = " ".join(
        f"{across(place):g},{up(value):g}" for place, value in enumerate(curve.values, start=1)
    )
    return Line(curve.label, points, _words(plot, curve), style)


def _words(plot: Plot, curve: Curve) -> str:
    """`yours: 0.69 at epoch 1, 0.02 at epoch 20, least 0.01 at epoch 18.`"""
    values, last = curve.values, len(curve.values) - 1
    least = min(range(len(values)), key=values.__getitem__)

    def at(place: int) -> str:
        return f"{values[place]:g} at {plot.x} {place + 1}"

    said = f"{curve.label}: {at(0)}, {at(last)}"
    if least not in (0, last):
        said += f", least {at(least)}"
    return said + (", then no number any more." if curve.cut else ".")


def _row(plot: Plot, place: int) -> tuple[str, ...]:
    cells = (f"{c.values[place]:g}" if place < len(c.values) else "" for c in plot.curves)
    return (str(place + 1), *cells)


def _round_values(low: float, high: float) -> list[float]:
    """Round numbers, a few of them, that span from below `low` to above `high`."""
    if high <= low:
        return [low]
    rough = (high - low) / _MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.10g}") for number in range(first, last + 1)]


def _decades(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    step = math.ceil((last - first) / _MOST_TICKS)
    return [10.0**power for power in range(first, last + step, step)]
