"""How graders read compared with one another: level, spread, and difference on the same work."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from webapp.reading.works import Work

_LEFT, _WIDTH, _ROW, _TOP = 160.0, 640.0, 36.0, 12.0


@dataclass(frozen=True)
class Calibration:
    """One grader over one kind of work; shares are of the rubric's points, 0 to 1."""

    grader: str
    count: int
    mean: float
    spread: float
    twice: int
    difference: float | None


@dataclass(frozen=True)
class Line:
    """A grader's row in the picture: the mean, and one spread to either side."""

    grader: str
    y: float
    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Picture:
    """Graders one below the other, from no points on the left to all on the right."""

    lines: tuple[Line, ...]
    ticks: tuple[tuple[str, float], ...]
    base: float
    width: float = _WIDTH
    left: float = _LEFT

    @property
    def height(self) -> float:
        """With the line of the shares below."""
        return self.base + 24


def calibrations(found: Iterable[Work]) -> list[Calibration]:
    """Every grader with a complete reading, by name."""
    shares: dict[int, list[float]] = {}
    apart: dict[int, list[float]] = {}
    names: dict[int, str] = {}
    for work in found:
        given = {
            score.grader_id: points / work.rubric.most
            for score in work.scores
            if (points := work.rubric.points(score.selections)) is not None
        }
        names |= {score.grader_id: score.grader.name for score in work.scores}
        for grader, share in given.items():
            shares.setdefault(grader, []).append(share)
            others = [other for each, other in given.items() if each != grader]
            if others:
                apart.setdefault(grader, []).append(share - statistics.fmean(others))
    return sorted(
        (
            Calibration(
                names[grader],
                len(values),
                statistics.fmean(values),
                statistics.pstdev(values),
                len(apart.get(grader, [])),
                statistics.fmean(apart[grader]) if grader in apart else None,
            )
            for grader, values in shares.items()
        ),
        key=lambda each: each.grader,
    )


def picture(rows: list[Calibration]) -> Picture:
    """The table as a drawing."""
    lines = tuple(
        Line(
            row.grader if len(row.grader) <= 20 else f"{row.grader[:19]}…",
            _TOP + place * _ROW + _ROW / 2,
            _x(row.mean),
            _x(max(0.0, row.mean - row.spread)),
            _x(min(1.0, row.mean + row.spread)),
        )
        for place, row in enumerate(rows)
    )
    ticks = tuple((f"{share}%", _x(share / 100)) for share in (0, 25, 50, 75, 100))
    return Picture(lines, ticks, _TOP + len(rows) * _ROW)


def _x(share: float) -> float:
    return round(_LEFT + share * (_WIDTH - _LEFT - 24), 1)
