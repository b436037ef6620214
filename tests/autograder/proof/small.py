"""Small assignments for the proof: a model solution between marks, and checks of a test's own."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.assignment import Assignment, load_assignment
from autograder.grading import GradingPool
from autograder.proof.trial import Trial
from tests.autograder.tiny import code, graded

HALVE = '''def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


def halve(x):
    """Half of x."""
    ### BEGIN SOLUTION
    return x / 2
    ### END SOLUTION
'''
HEAD = """
import numpy as np
from autograder.checks import as_array, as_scalar, assert_close, question, require
"""
ONE = '[[questions]]\nname = "{name}"\npoints = 2\n'


def small(
    folder: Path,
    checks: str,
    *,
    solution: str = HALVE,
    questions: tuple[str, ...] = ("halve",),
    toml: str = "",
) -> Assignment:
    """Write the assignment below `folder` and load it; `toml` comes after its questions."""
    home = folder / "a01_small"
    home.mkdir(parents=True, exist_ok=True)
    head = 'title = "Small"\npackages = ["numpy"]\n'
    tables = "".join(ONE.format(name=name) for name in questions)
    files = 'files = ["public.npz"]\n' if (home / "public.npz").exists() else ""
    (home / "assignment.toml").write_text(head + files + tables + toml, encoding="utf-8")
    texts = ["import numpy as np", solution, "print(undefined_in_a_plot)"]
    cells = [code(text) for text in texts]
    cells[1]["metadata"] = graded("solution", solution=True)
    cells = [{**cell, "outputs": [], "execution_count": None} for cell in cells]
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    (home / "a01_small.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (home / "checks.py").write_text(HEAD + checks, encoding="utf-8")
    return load_assignment(home)


def earned(assignment: Assignment, pool: GradingPool) -> dict[str, float]:
    """The largest share of a question that each adversary earns, of those that earn any."""
    seeds = [b"one", b"two"]
    trial = Trial(assignment, pool, seeds=seeds, workers=2, done=lambda: None)
    shares = {name: max(found.values(), default=0.0) for name, found in trial.earned().items()}
    return {name: share for name, share in shares.items() if share}
