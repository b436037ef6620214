"""What a check attaches to its result beside the verdict: curves to draw, a number to rank by.

Neither changes a score. What a student's function returned is only data here: numbers that cannot
be drawn are left out without a word, and of the others few digits and few values are kept, so that
a plot is no way to read hidden inputs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.results import Curve, Measure, Plot

MOST_PLOTS, MOST_CURVES, MOST_VALUES = 3, 6, 200
_DIGITS = 4
_LONGEST_TEXT = 80
_LEAST_VALUES = 2
# What is larger is no loss and no accuracy, and would leave nothing else to see; less is zero.
_LARGEST, _LEAST = 1e12, 1e-12


@dataclass
class Attachments:
    """What the running check has attached so far."""

    plots: list[Plot] = field(default_factory=list)
    measure: Measure | None = None


_current: ContextVar[Attachments | None] = ContextVar("attachments", default=None)


@contextmanager
def collected() -> Iterator[Attachments]:
    """Collect what is attached meanwhile; outside of this, attaching does nothing."""
    attached = Attachments()
    token = _current.set(attached)
    try:
        yield attached
    finally:
        _current.reset(token)


def plot(title: str, *, x: str, y: str, curves: Mapping[str, Any]) -> None:
    """Draw curves on the student's page, by label; the first one is the student's.

    A curve is a list or a 1-d array of at most 200 numbers, for x = 1, 2, 3, …; four digits are
    kept. It ends before the first that is not finite; one that is anything else, or shorter than
    two, is left out, and so is the plot without the student's own. At most 3 plots a check.
    """
    attached = _current.get()
    if attached is None or len(attached.plots) >= MOST_PLOTS:
        return
    found = [_curve(label, values) for label, values in list(curves.items())[:MOST_CURVES]]
    if found and found[0] is not None:
        drawn = tuple(curve for curve in found if curve is not None)
        title, x, y = (text[:_LONGEST_TEXT] for text in (title, x, y))
        attached.plots.append(Plot(title, x, y, drawn))


def measure(what: str, value: float, *, final: float | None = None) -> None:
    """Rank the submission by this number on the assignment's leaderboard; higher is better.

    `value` is taken on rows that no point depends on, `final` is the same on others again, which
    no point and no `value` depends on: students learn it once staff reveal the final ranks, so
    that nobody tunes a model to it. The leaderboard compares three decimals. The last call of a
    check counts; a number that is not finite is left out, and without a `value` so is `final`.
    """
    attached = _current.get()
    if attached is not None and math.isfinite(value):
        kept = float(final) if final is not None and math.isfinite(final) else None
        attached.measure = Measure(what[:_LONGEST_TEXT], float(value), kept)


def _curve(label: str, values: Any) -> Curve | None:
    numbers = _numbers(values)
    if numbers is None:
        return None
    drawable = np.isfinite(numbers) & (np.abs(numbers) <= _LARGEST)
    end = len(numbers) if drawable.all() else int(np.argmin(drawable))
    if end < _LEAST_VALUES:
        return None
    kept = tuple(_rounded(float(value)) for value in numbers[:end])
    return Curve(label[:_LONGEST_TEXT], kept, cut=end < len(numbers))


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}") if abs(value) >= _LEAST else 0.0


def _numbers(values: Any) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """The numbers of a list or a 1-d array, or None for whatever else a function may return."""
    if isinstance(values, (list, tuple)):
        if len(values) > MOST_VALUES or not all(map(_is_number, values)):
            return None
        try:
            return np.array([float(value) for value in values], dtype=np.float64)
        except OverflowError:
            return None
    if isinstance(values, np.ndarray) and values.ndim == 1 and len(values) <= MOST_VALUES:
        return values.astype(np.float64) if values.dtype.kind in "iuf" else None
    return None


def _is_number(value: Any) -> bool:
    if isinstance(value, (np.ndarray, np.generic)):
        return not value.ndim and value.dtype.kind in "iuf"
    return type(value) in (int, float)
