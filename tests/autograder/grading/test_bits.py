"""Answers in 32 and in 16 bits: judged alike under every seed, and the message names the bits."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.grading import GradingPool
from tests.autograder.two import HALVE, SOLVED, verdicts, written

CHECKS = (
    """
@question("double", points=2)
def test_double(student, rng):
    x = rng.normal(size=(5, 7)) * 100
    doubled = student.double(x)
    assert_close(doubled, 2 * x)
    assert_close(doubled @ np.ones(7), (2 * x) @ np.ones(7), rtol=1e-7)
"""
    + HALVE
)
SEEDS = [f"seed {number}".encode() for number in range(5)]
IMPORT = "import numpy as np\n"


def graded(author: Any, pool: GradingPool, body: str) -> list[Any]:
    assignment = author(IMPORT + CHECKS)
    work = written(f"{IMPORT}def double(x):\n    return {body}", SOLVED[1])
    return list(pool.grade_under_seeds(assignment, work, SEEDS, submission="bits"))


def test_32_bits_pass_under_every_seed(author: Any, pool: GradingPool) -> None:
    results = graded(author, pool, "np.float32(2) * x.astype(np.float32)")
    assert [result.score for result in results] == [3.0] * 5


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("2.001 * x.astype(np.float32)", "32 bits (float32)"),
        ("(2 * x).astype(np.float16)", "16 bits (float16 or bfloat16)"),
    ],
)
def test_what_is_too_coarse_fails_and_says_so(
    author: Any, pool: GradingPool, body: str, words: str
) -> None:
    for result in graded(author, pool, body):
        assert verdicts(result)["double"] == "failed"
        assert words in result.questions[0].message
