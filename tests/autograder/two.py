"""An assignment of two functions with real checks, and notebooks for it."""

from __future__ import annotations

from pathlib import Path

from autograder.assignment import Assignment, load_assignment
from autograder.results import GradeResult, Status
from tests.autograder.uploads import cell, upload

TOML = """
title = "Two functions"
packages = ["numpy"]
[limits]
cell_seconds = 20
total_seconds = 60
memory_mb = 256
[[questions]]
name = "double"
points = 2
[[questions]]
name = "halve"
points = 1
[[questions]]
name = "why"
kind = "manual"
points = 3
"""
HEAD = """
import os, signal, sys
from pathlib import Path
import pytest
from autograder.checks import as_scalar, assert_close, question, ramp, require
"""
HALVE = '''
@question("halve", points=1)
def test_halve(student, rng):
    """`halve(x)` is x / 2."""
    assert_close(student.halve(6.0), 3.0)
'''
CHECKS = '''
@question("double", points=1.5)
def test_double_small(student, rng):
    """`double(x)` is 2x.

    A second paragraph is for authors.
    """
    x = float(rng.normal())
    assert_close(student.double(x), 2 * x, hint="Multiply by 2.")

@question("double", points=0.5)
def test_double_large(student, rng):
    """`double(x)` is 2x for large x too."""
    assert_close(student.double(1e12), 2e12)
'''
DOUBLE_ONCE = '@question("double", points=2)\ndef test_double(student, rng):\n    '
SOLVED = ("def double(x):\n    return 2 * x", "def halve(x):\n    return x / 2")


def written(*sources: str) -> bytes:
    return upload(*map(cell, sources))


def two_functions(folder: Path, checks: str = CHECKS + HALVE) -> Assignment:
    """Write the assignment with these checks below `folder`; its source notebook is solved."""
    home = folder / "a01_two"
    home.mkdir(parents=True)
    (home / "assignment.toml").write_text(TOML, encoding="utf-8")
    (home / "a01_two.ipynb").write_bytes(written(*SOLVED))
    (home / "checks.py").write_text(HEAD + checks, encoding="utf-8")
    return load_assignment(home)


def verdicts(result: GradeResult) -> dict[str, str]:
    assert result.status is Status.GRADED, result.error
    return {question.name: str(question.verdict) for question in result.questions}
