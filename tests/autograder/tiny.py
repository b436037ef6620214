"""A tiny assignment in a folder of its own: one automatic and one manual question."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment, load_assignment

ID = "a01_tiny"
TOML = """
title = "Tiny"
packages = ["numpy"]
[[questions]]
name = "double"
points = 3
[[questions]]
name = "halve"
points = 0.5
[[questions]]
name = "why"
kind = "manual"
points = 2
"""
SOLUTION = '''def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return x * 2  # the secret
    ### END SOLUTION'''
PUBLIC_TEST = """assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(7) == 14  # the secret
### END HIDDEN TESTS"""


def graded(name: str, *, solution: bool = False, points: float | None = None) -> dict[str, Any]:
    """nbgrader's metadata of a solution cell, a test cell or (with both) a written answer."""
    nbgrader: dict[str, Any] = {
        "grade_id": name,
        "grade": points is not None,
        "solution": solution,
        "locked": not solution,
        "schema_version": 3,
        "task": False,
    }
    if points is not None:
        nbgrader["points"] = points
    return {"nbgrader": nbgrader}


def code(source: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    plot = {"output_type": "stream", "name": "stdout", "text": "the secret"}
    return {
        "cell_type": "code",
        "execution_count": 3,
        "metadata": metadata or {},
        "outputs": [plot],
        "source": source,
    }


def text(source: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": metadata or {}, "source": source}


SOURCE: dict[str, Any] = {
    "nbformat": 4,
    "nbformat_minor": 4,
    "metadata": {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "widgets": {"state": "the secret"},
    },
    "cells": [
        text("# Tiny"),
        code(SOLUTION, graded("double", solution=True)),
        code(PUBLIC_TEST, graded("double_test", points=0)),
        text("Why? The model answer is the secret.", graded("why", solution=True, points=2)),
    ],
}


def source_cells(*cells: dict[str, Any]) -> dict[str, Any]:
    """The source notebook with these cells in addition."""
    source = copy.deepcopy(SOURCE)
    source["cells"] += cells
    return source


def tiny_assignment(
    folder: Path, source: dict[str, Any] | None = None, toml: str = TOML
) -> Assignment:
    """Write the assignment below `folder` and load it."""
    home = folder / ID
    home.mkdir(parents=True, exist_ok=True)
    (home / "assignment.toml").write_text(toml, encoding="utf-8")
    notebook = json.dumps(SOURCE if source is None else source)
    (home / f"{ID}.ipynb").write_text(notebook, encoding="utf-8")
    (home / "checks.py").write_text("", encoding="utf-8")
    return load_assignment(home)
