"""Ranks of a leaderboard, without a database: by its own rows, and at the end by others.

What is shown is what ranks: numbers that look alike share a rank, and nothing else, such as who
came first, sets two people apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

DECIMALS = 3


@dataclass(frozen=True)
class Place:
    """Somebody's row: the alias, empty for who takes no part, and the numbers that rank it.

    Without a rank nothing was measured; `final` and `final_rank` are None where they are not told.
    """

    user_id: int
    name: str
    alias: str
    attempt: int | None
    value: float | None
    final: float | None
    rank: int | None = None
    final_rank: int | None = None

    @property
    def climbed(self) -> int:
        """How many places better the final rank is; below 0 for worse."""
        return 0 if self.rank is None or self.final_rank is None else self.rank - self.final_rank

    def without_final(self) -> Place:
        """The row as it is told before staff reveal the final ranks."""
        return replace(self, final=None, final_rank=None)


def by_board(places: Iterable[Place]) -> tuple[Place, ...]:
    """The best first, by the board's rows; what has no number comes last, by alias."""
    found = list(places)
    ranks = _ranks({each.user_id: each.value for each in found})
    ranked = [replace(each, rank=ranks.get(each.user_id)) for each in found]
    return tuple(sorted(ranked, key=lambda place: _order(place.value, place)))


def by_final(places: Iterable[Place]) -> tuple[Place, ...]:
    """The best first, by the final rows.

    The rank by the board's rows is among the same people, so that nobody climbs because somebody
    else has no final number.
    """
    found = list(places)
    ranks = _ranks({each.user_id: each.final for each in found})
    before = _ranks({each.user_id: each.value for each in found if each.final is not None})
    ranked = [
        replace(each, rank=before.get(each.user_id), final_rank=ranks.get(each.user_id))
        for each in found
    ]
    return tuple(sorted(ranked, key=lambda place: _order(place.final, place)))


def rounded(number: float | None) -> float | None:
    """A number as it is shown; a negative zero is none."""
    return None if number is None else round(number, DECIMALS) + 0.0


def _ranks(numbers: Mapping[int, float | None]) -> dict[int, int]:
    """Equal numbers share a rank, and the next one leaves a gap."""
    first: dict[float, int] = {}
    ordered = sorted((value for value in numbers.values() if value is not None), reverse=True)
    for number, value in enumerate(ordered, start=1):
        first.setdefault(value, number)
    return {who: first[value] for who, value in numbers.items() if value is not None}


def _order(number: float | None, place: Place) -> tuple[bool, float, str, int]:
    """By number, then by alias: staff's preview has people without one."""
    shown = (place.alias or place.name).lower()
    return number is None, -(number or 0.0), shown, place.user_id
