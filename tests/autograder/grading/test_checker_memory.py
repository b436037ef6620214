"""A checker's own memory: what a submission makes it compute cannot take the machine's."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.grading import GradingPool
from autograder.results import Status
from tests.autograder.two import HALVE, SOLVED, two_functions, written

pytestmark = pytest.mark.slow

CHECKS = '''
@question("double", points=2)
def test_double(student):
    """`double(f)` calls the given function with two ones."""
    assert_close(student.double(lambda x: float((x[:, None] * x).sum())), 4.0)
'''
SOURCE = "import numpy as np\ndef double(f):\n    return f(np.ones(2))"
# 3.2 GB, which this machine would give.
GREEDY = "import numpy as np\ndef double(f):\n    return f(np.ones(20_000))"


@pytest.mark.parametrize(("solution", "verdict"), [(SOURCE, "passed"), (GREEDY, "error")])
def test_a_given_function_computes_within_the_checkers_memory(
    tmp_path: Path, solution: str, verdict: str
) -> None:
    assignment = two_functions(tmp_path, CHECKS + HALVE)
    assignment.notebook_path.write_bytes(written(SOURCE, SOLVED[1]))
    with GradingPool(workers=1, seed=b"secret") as pool:
        result = pool.grade(assignment, written(solution, SOLVED[1]))
    assert result.status is Status.GRADED, result.error
    double, halve, _ = result.questions
    assert (double.verdict, halve.verdict) == (verdict, "passed")
    assert ("MemoryError" in double.message) == (verdict == "error")
