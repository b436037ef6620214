"""Cells that run again: the last definition in the file counts, from the names before the cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from autograder.assignment import Limits
from autograder.grading.execution import Execution
from autograder.sandbox.outside_launch import Sandbox
from autograder.submitted.notebook import parse_notebook
from tests.autograder.boundary import PLENTY, warmed
from tests.autograder.uploads import cell, upload


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    yield from warmed()


@pytest.fixture
def final(sandbox: Sandbox) -> Any:
    """What a name means in the end, in a notebook of these cells."""

    def value(name: str, *sources: str) -> Any:
        sources = (*sources, f"def tell(): return {name}")
        notebook = parse_notebook(upload(*map(cell, sources)))
        execution = Execution(sandbox, notebook, Limits(memory_mb=256))
        try:
            execution.run_cells()
            reply = execution.call("tell", (), {}, seconds=PLENTY)
            return reply.raised.type if reply.raised else reply.value
        finally:
            execution.close()

    return value


def test_a_draft_that_runs_again_does_not_replace_the_later_work(final: Any) -> None:
    draft, work = "def f(): return 'draft'\nf(z)", "def f(*_): return 'work'"
    assert final("f()", draft, work, "z = 1") == "work"
    assert final("f()", work, draft, "z = 1") == "draft"


@pytest.mark.parametrize("value", ["'work'", "True", "None", "1", "len"])
def test_this_holds_for_a_value_that_was_the_same_object_already(final: Any, value: str) -> None:
    setting, again = f"x = {value}", f"y = later\nx = 'draft'\nlater = {value}"
    assert final("x == 'draft'", setting, again, f"later = 0\nx = {value}") is False


def test_a_cell_that_runs_again_starts_from_the_names_before_it(final: Any) -> None:
    count = "try:\n    runs += 1\nexcept NameError:\n    runs = 1\nlater"
    assert final("runs", count, "later = 1") == 1
    assert final("runs", count) == 1
    assert final("runs", "runs = 5", count, "later = 1") == 6
    assert final("runs", count, "c = b", "b = a", "a = later", "later = 1") == 1


def test_what_a_later_cell_counts_on_from_there_stays(final: Any) -> None:
    assert final("x", "x = 1", "x = x + later", "later = 10\nx = 100") == 100


def test_a_name_that_a_later_cell_deleted_is_gone(final: Any) -> None:
    assert final("x", "x = 1\nlater", "later = 1\ndel x") == "NameError"


def test_an_object_that_was_changed_in_place_stays_changed(final: Any) -> None:
    assert final("len(seen)", "seen = []", "seen.append(1)\nlater", "later = 1") == 2


def test_helpers_of_a_cell_are_those_before_it(final: Any) -> None:
    helper, use = "def h(): return 'old'", "got = h()\nlater"
    assert final("got", helper, use, "def h(): return 'new'\nlater = 1") == "old"
