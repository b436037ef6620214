"""Mutants that no check can kill, since they change nothing that was asked for: `equivalent.toml`.

    [[mutant]]
    was = "decay = np.exp(-np.abs(z))"
    becomes = "decay = np.exp(np.abs(-z))"
    reason = "The size of a number does not depend on its sign."

Lines are compared without their indentation; of several lines each stands in a line of its own.
`becomes` may be a list, for one reason that excuses several mutants of a line.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment, AssignmentError
from autograder.grading.version import EXCUSES


@dataclass(frozen=True)
class Excuse:
    """One mutant that may survive, and why."""

    was: str
    becomes: str
    reason: str


def equivalent_path(assignment: Assignment) -> Path:
    """Where the assignment excuses mutants, if it does."""
    return assignment.folder / EXCUSES


def read_excuses(assignment: Assignment) -> list[Excuse]:
    """The excuses of the assignment's file; none without one. Raises AssignmentError."""
    path = equivalent_path(assignment)
    if not path.is_file():
        return []
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path} is not valid TOML: {error}") from None
    tables = said.get("mutant", [])
    if set(said) - {"mutant"} or not isinstance(tables, list):
        raise AssignmentError(f"{path} holds something else than [[mutant]]")
    return [excuse for table in tables for excuse in _excuses(table, path)]


def _excuses(table: Any, path: Path) -> list[Excuse]:
    if not isinstance(table, dict) or set(table) != {"was", "becomes", "reason"}:
        raise AssignmentError(f"{path}: each [[mutant]] has `was`, `becomes` and `reason`")
    becomes = table["becomes"] if isinstance(table["becomes"], list) else [table["becomes"]]
    texts = [table["was"], table["reason"], *becomes]
    if not all(isinstance(text, str) for text in texts) or not table["reason"].strip():
        raise AssignmentError(f"{path}: each [[mutant]] is of texts, and `reason` says why")
    was = _stripped(table["was"])
    return [Excuse(was, _stripped(text), table["reason"].strip()) for text in becomes]


def _stripped(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
