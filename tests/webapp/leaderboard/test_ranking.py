"""Ranks without a database: what looks alike shares one, and a final rank says who moved."""

from __future__ import annotations

import pytest

from webapp.leaderboard.ranking import Place, by_board, by_final, rounded


def place(name: str, value: float | None, final: float | None = None) -> Place:
    return Place(ord(name), name, name, 1, value, final)


def test_the_best_comes_first_and_equal_numbers_share_a_rank_and_leave_a_gap() -> None:
    found = by_board([place("d", None), place("c", 0.7), place("b", 0.8), place("a", 0.8)])
    assert [(p.alias, p.rank) for p in found] == [("a", 1), ("b", 1), ("c", 3), ("d", None)]


def test_nothing_but_the_alias_orders_equal_numbers() -> None:
    found = [place("b", 0.8), place("a", 0.8)]
    assert by_board(found) == by_board(reversed(found))


def test_the_final_rank_says_how_many_places_somebody_moved() -> None:
    found = by_final([place("a", 0.9, 0.5), place("b", 0.8, 0.6), place("c", 0.7, 0.4)])
    moved = [(p.alias, p.rank, p.final_rank, p.climbed) for p in found]
    assert moved == [("b", 2, 1, 1), ("a", 1, 2, -1), ("c", 3, 3, 0)]


def test_nobody_climbs_because_somebody_else_has_no_final_number() -> None:
    found = by_final([place("a", 0.9), place("b", 0.8, 0.6), place("c", 0.7, 0.4)])
    moved = [(p.alias, p.rank, p.final_rank, p.climbed) for p in found]
    assert moved == [("b", 1, 1, 0), ("c", 2, 2, 0), ("a", None, None, 0)]


@pytest.mark.parametrize(
    ("number", "shown"), [(None, None), (0.79049, 0.79), (0.7906, 0.791), (-0.0001, 0.0)]
)
def test_a_number_ranks_as_it_is_shown(number: float | None, shown: float | None) -> None:
    assert rounded(number) == shown
    assert str(rounded(number)) == str(shown)
