"""Checks that change while a pool is warm: the next submission is judged by the new ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.grading import GradingPool
from tests.autograder.two import SOLVED, two_functions, written

pytestmark = pytest.mark.slow


def test_a_warm_pool_judges_with_the_checks_as_they_are_now(tmp_path: Path) -> None:
    assignment = two_functions(tmp_path)
    checks = assignment.folder / "checks.py"
    with GradingPool(workers=1, seed=b"secret") as pool:
        before = pool.grade(assignment, written(*SOLVED))
        text = checks.read_text(encoding="utf-8")
        checks.write_text(f"{text}\nraise SystemExit('changed')\n", encoding="utf-8")
        after = pool.grade(assignment, written(*SOLVED))
    assert before.score == 3.0
    assert after.grader_version != before.grader_version
    assert after.score is None
