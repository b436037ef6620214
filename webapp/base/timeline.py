"""Submissions over time against the due time, as numbers for an SVG template."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.base.frame import COUNTS, Bar, CountAxis, Frame, Tick

_HOURS = (1, 3, 6, 12, 24, 48, 168, 672)
_MOST_BINS = 40
_LABELS = 6


@dataclass(frozen=True)
class Period:
    """One bin: when it starts, how many attempts came in time and how many late, its bars."""

    start: datetime
    in_time: int
    late: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Timeline:
    """A drawing of attempts; `due_x` is where the due time lies, if it lies in it."""

    periods: tuple[Period, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[tuple[float, str], ...]
    hours: int
    in_time: int
    late: int
    due_x: float | None
    frame: Frame = COUNTS


def timeline(
    attempts: Sequence[tuple[datetime, bool]], due_at: datetime | None, zone: str
) -> Timeline | None:
    """How many attempts came when, in at most forty equal periods; None without any.

    Each attempt is its moment and whether it was late: extensions and grace are the student's own.
    """
    if not attempts:
        return None
    times = [moment for moment, _ in attempts]
    hours = _hours_of(min(times), _end(times, due_at))
    start, step = _aligned(min(times), hours, zone), timedelta(hours=hours)
    counted = Counter(((moment - start) // step, late) for moment, late in attempts)
    bins = (_end(times, due_at) - start) // step + 1
    axis = CountAxis.up_to(max(counted[n, False] + counted[n, True] for n in range(bins)))
    width = (COUNTS.end - COUNTS.left) / bins
    periods = tuple(
        _period(start + n * step, n, counted[n, False], counted[n, True], width=width, axis=axis)
        for n in range(bins)
    )
    return Timeline(
        periods,
        axis.ticks,
        _labels(periods, width, hours, zone),
        hours,
        in_time=sum(not late for _, late in attempts),
        late=sum(late for _, late in attempts),
        due_x=_due_x(due_at, start, step * bins),
    )


def _end(times: Sequence[datetime], due_at: datetime | None) -> datetime:
    """The last attempt or the due time; one far ahead would squeeze all bars to the left."""
    first, last = min(times), max(times)
    return last if due_at is None else max(last, min(due_at, last + (last - first)))


def _hours_of(first: datetime, last: datetime) -> int:
    few = (h for h in _HOURS if (last - first) / timedelta(hours=h) < _MOST_BINS - 1)
    return next(few, _HOURS[-1])


def _aligned(moment: datetime, hours: int, zone: str) -> datetime:
    """The full hour, or midnight in the course's zone, at or before a moment."""
    local = moment.astimezone(ZoneInfo(zone))
    hour = local.hour - local.hour % min(hours, 24)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0).astimezone(moment.tzinfo)


def _period(
    start: datetime, place: int, in_time: int, late: int, *, width: float, axis: CountAxis
) -> Period:
    bars, base = [], COUNTS.base
    for label, count in (("in time", in_time), ("late", late)):
        height = round(axis.height(count), 2)
        base -= height
        if count:
            x = round(COUNTS.left + place * width + 0.5, 2)
            bars.append(Bar(label, count, x, round(base, 2), round(width - 1, 2), height))
    return Period(start, in_time, late, tuple(bars))


def _labels(
    periods: Sequence[Period], width: float, hours: int, zone: str
) -> tuple[tuple[float, str], ...]:
    form = "%a %H:%M" if hours < 24 else "%d %b"
    every = max(1, math.ceil(len(periods) / _LABELS))
    return tuple(
        (
            round(COUNTS.left + n * width, 2),
            periods[n].start.astimezone(ZoneInfo(zone)).strftime(form),
        )
        for n in range(0, len(periods), every)
    )


def _due_x(due_at: datetime | None, start: datetime, span: timedelta) -> float | None:
    share = (due_at - start) / span if due_at is not None else -1.0
    return round(COUNTS.x(share), 2) if 0 <= share <= 1 else None
