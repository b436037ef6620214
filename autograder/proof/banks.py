"""The bank of an assignment: solutions known to be wrong, and known to be right in another style.

Each is a Python file whose code becomes one more cell at the end of the source notebook. A wrong
one says in its docstring which questions it must lose: `Loses: activations, perceptron`.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import Assignment, AssignmentError

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
    wrong = [_read(path, assignment) for path in sorted(assignment.wrong_path.glob("*.py"))]
    right = [_read(path, assignment) for path in sorted(assignment.right_path.glob("*.py"))]
    for solution in wrong:
        if not solution.loses:
            raise AssignmentError(f"wrong/{solution.name}.py has no `Loses:` line")
    for solution in right:
        if solution.loses:
            raise AssignmentError(f"right/{solution.name}.py must not lose anything")
    return wrong + right


def _read(path: Path, assignment: Assignment) -> Solution:
    code = path.read_text(encoding="utf-8")
    try:
        docstring = ast.get_docstring(ast.parse(code)) or ""
    except SyntaxError as error:
        raise AssignmentError(f"{path} is not Python: {error.msg}") from None
    found = _LOSES.search(docstring)
    loses = {name.strip() for name in found[1].split(",")} if found else set()
    known = {question.name for question in assignment.auto_questions}
    if unknown := sorted(loses - known):
        raise AssignmentError(f"{path} loses the unknown question {unknown[0]}")
    first = docstring.split("\n", 1)[0].strip()
    if not first:
        raise AssignmentError(f"{path} has no docstring that says what it is")
    return Solution(path.stem, first, code, frozenset(loses))


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
