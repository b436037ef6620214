"""The bank of an assignment: solutions known to be wrong, and known to be right in another style.

Each is a Python file whose code becomes one more cell at the end of the source notebook, or a TOML
file that changes lines of the model solution (`replacements.py`). A wrong one says which questions
it must lose, in its docstring: `Loses: activations, perceptron`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from autograder.assignment import Assignment, AssignmentError
from autograder.proof.replacements import read_replacement
from autograder.proof.solution import SourceCell, source_cells

_LOSES = re.compile(r"^Loses:\s*(.+?)\s*$", re.M)


@dataclass(frozen=True)
class Solution:
    """One entry of the bank; `loses` is empty for a right one."""

    name: str
    description: str
    code: str
    loses: frozenset[str]


def read_bank(assignment: Assignment) -> list[Solution]:
    """Every wrong and right solution, sorted; raises AssignmentError for a malformed one."""
    cells = source_cells(assignment)
    wrong = {path: _read(path, assignment, cells) for path in _files(assignment.wrong_path)}
    right = {path: _read(path, assignment, cells) for path in _files(assignment.right_path)}
    for path, solution in wrong.items():
        if not solution.loses:
            raise AssignmentError(f"wrong/{path.name} does not say which questions it loses")
    for path, solution in right.items():
        if solution.loses:
            raise AssignmentError(f"right/{path.name} must not lose anything")
    return [*wrong.values(), *right.values()]


def bank_files(assignment: Assignment) -> list[Path]:
    """The files of both banks."""
    return [*_files(assignment.wrong_path), *_files(assignment.right_path)]


def _files(folder: Path) -> list[Path]:
    files = sorted([*folder.glob("*.py"), *folder.glob("*.toml")], key=lambda path: path.stem)
    for one, other in pairwise(files):
        if one.stem == other.stem:
            raise AssignmentError(f"{one} and {other.name} have one name")
    return files


def _read(path: Path, assignment: Assignment, cells: Sequence[SourceCell]) -> Solution:
    if path.suffix == ".toml":
        said = read_replacement(path, cells)
        what, loses, code = said.what, set(said.loses), said.code
    else:
        what, loses, code = _read_code(path)
    known = {question.name for question in assignment.auto_questions}
    if unknown := sorted(loses - known):
        raise AssignmentError(f"{path} loses the unknown question {unknown[0]}")
    if not what:
        raise AssignmentError(f"{path} does not say what it is")
    return Solution(path.stem, what, code, frozenset(loses))


def _read_code(path: Path) -> tuple[str, set[str], str]:
    code = path.read_text(encoding="utf-8")
    try:
        docstring = ast.get_docstring(ast.parse(code)) or ""
    except SyntaxError as error:
        raise AssignmentError(f"{path} is not Python: {error.msg}") from None
    found = _LOSES.search(docstring)
    loses = {name.strip() for name in found[1].split(",")} if found else set()
    return docstring.split("\n", 1)[0].strip(), loses, code


def with_cell(notebook: bytes, code: str) -> bytes:
    """The notebook with one more code cell at its end."""
    document = json.loads(notebook)
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "appended",
        "metadata": {},
        "outputs": [],
        "source": code,
    }
    document["cells"].append(cell)
    return json.dumps(document).encode()
