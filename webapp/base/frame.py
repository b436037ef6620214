"""What drawings share: the frame with its margins, bars of counts, lines across at whole numbers.

Drawings are numbers for an SVG template: no chart library, no script, no inline style.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_GAP = 3.0
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**6)


@dataclass(frozen=True)
class Frame:
    """The size of a drawing and the margins around what is plotted, in units of the SVG."""

    width: float
    height: float
    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0

    @property
    def base(self) -> float:
        """Where the axis below lies."""
        return self.height - self.bottom

    @property
    def end(self) -> float:
        """Where the axis below ends."""
        return self.width - self.right

    def x(self, share: float) -> float:
        """The place of a share, 0 to 1, from left to right."""
        return self.left + share * (self.end - self.left)


COUNTS = Frame(640.0, 240.0, left=40.0, top=18.0, bottom=36.0)


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
    """A line across at a whole number."""

    value: int
    y: float


@dataclass(frozen=True)
class CountAxis:
    """Counts from 0 at the base to a round number at or above the most; at most five steps."""

    frame: Frame
    step: int
    top: int

    @classmethod
    def up_to(cls, most: int, frame: Frame = COUNTS) -> CountAxis:
        """The axis on which `most` still fits."""
        step = next(step for step in _STEPS if most <= 5 * step)
        return cls(frame, step, max(step, math.ceil(most / step) * step))

    def height(self, count: int) -> float:
        """How high a bar of that many is."""
        return count * (self.frame.base - self.frame.top) / self.top

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """The lines across."""
        base = self.frame.base
        values = range(0, self.top + 1, self.step)
        return tuple(Tick(value, round(base - self.height(value), 2)) for value in values)


def bars_of(
    counts: Iterable[tuple[str, int]], axis: CountAxis, *, widest: float = math.inf
) -> tuple[Bar, ...]:
    """A bar for each label, side by side over the whole width."""
    found, frame = list(counts), axis.frame
    width = (frame.end - frame.left) / max(1, len(found))
    return tuple(
        Bar(
            label=label,
            count=count,
            x=round(frame.left + index * width + _GAP / 2, 2),
            y=round(frame.base - axis.height(count), 2),
            width=round(min(width - _GAP, widest), 2),
            height=round(axis.height(count), 2),
        )
        for index, (label, count) in enumerate(found)
    )
