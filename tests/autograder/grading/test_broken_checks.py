"""Checks that break or cannot be used: whose fault it is, and that it is never a score."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import Assignment
from autograder.grading import GradingPool
from autograder.results import Status
from tests.autograder.two import CHECKS, DOUBLE_ONCE, HALVE, SOLVED, verdicts, written

pytestmark = pytest.mark.slow

BROKEN = {
    "raises on everything": ("1 / 0", "ZeroDivisionError"),
    "is skipped": ('pytest.skip("not today")', "test_double"),
    "is expected to fail": ('pytest.xfail("known")', "test_double"),
    "ends the session": ('pytest.exit("enough")', ""),
    "ends the process": ("os._exit(0)", "checker process ended"),
    "interrupts": ("raise KeyboardInterrupt", ""),
}


@pytest.mark.parametrize(("line", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_check_that_breaks_by_itself_is_a_fault_of_ours(
    author: Any, pool: GradingPool, line: str, words: str
) -> None:
    result = pool.grade(author(DOUBLE_ONCE + line + "\n" + HALVE), written(*SOLVED))
    assert result.status is Status.INFRASTRUCTURE_ERROR
    assert (result.score, result.questions) == (None, ())
    assert words in result.error


def test_a_check_that_breaks_on_odd_answers_fails_that_question(
    author: Any, pool: GradingPool
) -> None:
    assignment = author(DOUBLE_ONCE + "assert student.double(3.0)[0] > 1 or True\n" + HALVE)
    assignment_of_lists = author_lists(assignment)
    result = pool.grade(assignment_of_lists, written("def double(x):\n    return {}", SOLVED[1]))
    assert verdicts(result) == {"double": "failed", "halve": "passed", "why": "pending"}
    assert "could not be used" in result.questions[0].message


def test_an_answer_that_a_check_has_no_memory_for_fails_that_question(
    author: Any, pool: GradingPool
) -> None:
    check = "n = int(student.double(3.0)[0])\n    assert len(bytearray(n)) == n\n"
    assignment = author_lists(author(DOUBLE_ONCE + check + HALVE))
    result = pool.grade(assignment, written("def double(x):\n    return [2**60]", SOLVED[1]))
    assert verdicts(result) == {"double": "failed", "halve": "passed", "why": "pending"}


def author_lists(assignment: Assignment) -> Assignment:
    """The same assignment, whose model solution returns a list."""
    source = written("def double(x):\n    return [2 * x]", SOLVED[1])
    assignment.notebook_path.write_bytes(source)
    return assignment


def test_a_check_that_broke_is_tried_on_the_source_with_the_same_hidden_inputs(
    author: Any, pool: GradingPool, tmp_path: Path
) -> None:
    note = tmp_path / "drawn"
    line = f"drawn = open({str(note)!r}, 'a').write(f'{{rng.integers(10**12)}}\\n')\n"
    line += "    assert student.double(3.0)[0] > 1 or True\n"
    assignment = author_lists(author(DOUBLE_ONCE + line + HALVE))
    result = pool.grade(assignment, written("def double(x):\n    return {}", SOLVED[1]))
    assert verdicts(result)["double"] == "failed"
    first, second = note.read_text(encoding="utf-8").split()
    assert first == second


def test_a_check_that_broke_and_that_the_source_does_not_pass_is_a_fault_of_ours(
    author: Any, pool: GradingPool
) -> None:
    """The source does not break it, but fails it: then nothing is known about the submission."""
    assignment = author(DOUBLE_ONCE + "assert_close(student.double(3.0)[0], 7.0)\n" + HALVE)
    result = pool.grade(
        author_lists(assignment), written("def double(x):\n    return {}", SOLVED[1])
    )
    assert result.status is Status.INFRASTRUCTURE_ERROR
    assert "test_double broke: KeyError" in result.error


UNUSABLE = {
    "points that do not add up": (
        CHECKS.replace("1.5", "1") + HALVE,
        "the checks of double give 1.5 points, expected 2",
    ),
    "a question without checks": (CHECKS, "the checks of halve give 0 points, expected 1"),
    "an unknown question": (CHECKS + HALVE.replace('"halve"', '"triple"'), "question triple"),
    "a check without a question": (CHECKS + HALVE + "def test_x(): pass\n", "no @question"),
    "a syntax error": ("def test_x(:\n", "SyntaxError"),
    "a failing import": ("import no_such_module\n", "no_such_module"),
}


@pytest.mark.parametrize(("checks", "words"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_checks_that_cannot_be_used_are_refused_with_the_reason(
    author: Any, pool: GradingPool, checks: str, words: str
) -> None:
    result = pool.grade(author(checks), written(*SOLVED))
    assert result.status is Status.INFRASTRUCTURE_ERROR
    assert words in result.error
