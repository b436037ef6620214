"""Assignments of two functions with checks of a test's own, and a pool that grades them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import Assignment
from autograder.grading import GradingPool
from tests.autograder.two import two_functions


@pytest.fixture
def author(tmp_path: Path) -> Any:
    """Writes an assignment with these checks; its source notebook is solved."""

    def write(checks: str) -> Assignment:
        return two_functions(tmp_path, checks)

    return write


@pytest.fixture(scope="module")
def pool() -> Iterator[GradingPool]:
    with GradingPool(workers=2, seed=b"secret") as pool:
        yield pool
