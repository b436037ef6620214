"""A bank file that says only which lines of the model solution are different.

    what = "The steps go along the gradient of the loss, not against it."
    loses = ["train_regularized"]
    function = "train_regularized"

    [[change]]
    lines = "params = params - lr * grad"
    into = "params = params + lr * grad"

Lines are compared without the indentation that they share, and must stand in the function exactly
once; what they become is indented as they were. `into = ""` takes them out.
"""

from __future__ import annotations

import ast
import textwrap
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import AssignmentError
from autograder.proof.solution import SourceCell


@dataclass(frozen=True)
class Replacement:
    """What a file says: the mistake, the questions it loses, and the code that makes it."""

    what: str
    loses: tuple[str, ...]
    code: str


def read_replacement(path: Path, cells: Sequence[SourceCell]) -> Replacement:
    """The file's changes, made in the function of the notebook's cells; raises AssignmentError."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path} is not TOML: {error}") from None
    if unknown := sorted(said.keys() - {"what", "loses", "function", "change"}):
        raise AssignmentError(f"{path} has the unknown key {unknown[0]!r}")
    name, changes, loses = said.get("function"), said.get("change", []), said.get("loses", [])
    if not isinstance(name, str) or not _are_changes(changes):
        raise AssignmentError(f"{path} needs a `function` and a [[change]] of `lines` and `into`")
    if not isinstance(loses, list) or not all(isinstance(question, str) for question in loses):
        raise AssignmentError(f"{path}: `loses` is a list of questions")
    code = _function(cells, name, path)
    for change in said["change"]:
        code = _changed(code, change["lines"], change["into"], path)
    try:
        ast.parse(code)
    except SyntaxError as error:
        raise AssignmentError(f"{path} makes no Python: {error.msg}") from None
    return Replacement(str(said.get("what", "")), tuple(loses), code)


def _are_changes(changes: object) -> bool:
    return (
        isinstance(changes, list)
        and bool(changes)
        and all(
            isinstance(change, dict)
            and change.keys() == {"lines", "into"}
            and all(isinstance(text, str) for text in change.values())
            for change in changes
        )
    )


def _function(cells: Sequence[SourceCell], name: str, path: Path) -> str:
    """The text of the last function of that name that a cell defines."""
    for cell in reversed(cells):
        for node in reversed(cell.tree().body):
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return "\n".join(cell.text.splitlines()[node.lineno - 1 : node.end_lineno]) + "\n"
    raise AssignmentError(f"{path} changes `{name}`, which the notebook does not define")


def _changed(code: str, lines: str, into: str, path: Path) -> str:
    """The code with the lines replaced where they stand."""
    old, have = _dedented(lines), code.splitlines()
    places = [
        start
        for start in range(len(have) - len(old) + 1)
        if old and _dedented("\n".join(have[start : start + len(old)])) == old
    ]
    if len(places) != 1:
        found = "are not" if not places else f"stand {len(places)} times"
        shown = old[0] if old else ""
        raise AssignmentError(f"{path}: the lines from {shown!r} on {found} in the function")
    start = places[0]
    indent = have[start][: len(have[start]) - len(have[start].lstrip())]
    new = [indent + line if line else "" for line in _dedented(into)]
    return "\n".join([*have[:start], *new, *have[start + len(old) :]]) + "\n"


def _dedented(text: str) -> list[str]:
    return [line.rstrip() for line in textwrap.dedent(text.strip("\n")).splitlines()]
