"""The model solution: the source notebook's code, and as little of it as earns every point.

The proof grades hundreds of variants of a solution. Lessons, plots and public tests are most of the
time that a notebook's cells take, and no check asks for them.
"""

from __future__ import annotations

import ast
import json
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder.assignment import Assignment, AssignmentError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.M)


@dataclass(frozen=True)
class SourceCell:
    """A code cell; `place` is where it stands in the notebook, `is_test` marks public tests."""

    place: int
    text: str
    is_test: bool

    @property
    def is_solution(self) -> bool:
        """Whether students write something in it."""
        return BEGIN in self.text

    def tree(self) -> ast.Module:
        """The cell as Python; magics and shell commands are left out."""
        return _parsed(self.text)[0]


def without_magics(text: str) -> str:
    """The text with `pass` for every line that is no Python, so that lines keep their numbers."""
    return _MAGIC.sub("pass", text)


def _parsed(text: str) -> tuple[ast.Module, str]:
    python = without_magics(text)
    try:
        return ast.parse(python), python
    except SyntaxError:
        return ast.Module([], []), ""


def source_cells(assignment: Assignment) -> list[SourceCell]:
    """The code cells of the source notebook; AssignmentError when it cannot be read."""
    return [
        SourceCell(place, _text(cell), _is_test(cell))
        for place, cell in enumerate(_document(assignment)["cells"])
        if cell.get("cell_type") == "code"
    ]


def _document(assignment: Assignment) -> Any:
    try:
        return json.loads(assignment.notebook_path.read_bytes())
    except (OSError, ValueError) as error:
        raise AssignmentError(f"the source notebook cannot be read: {error}") from None


def _text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _is_test(cell: dict[str, Any]) -> bool:
    return bool(cell.get("metadata", {}).get("nbgrader", {}).get("grade"))


def solution_lines(text: str) -> set[int]:
    """The numbers of a cell's lines, from 1, that lie between the marks of a solution."""
    lines, inside = set(), False
    for number, line in enumerate(text.split("\n"), start=1):
        if BEGIN in line or END in line:
            inside = BEGIN in line
        elif inside:
            lines.add(number)
    return lines


def notebook_of(texts: list[str]) -> bytes:
    """A notebook of these code cells."""
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
    }
    cells = [{**cell, "source": text} for text in texts]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}).encode()


def needed_cells(cells: list[SourceCell]) -> list[SourceCell]:
    """The cells with solutions, and those that define what they and their like use."""
    needed = {cell.place for cell in cells if cell.is_solution}
    candidates = [cell for cell in cells if not cell.is_test]
    while True:
        wanted = {name for cell in cells if cell.place in needed for name in globals_used(cell)}
        more = {c.place for c in candidates if wanted & set(defined(c.tree()))} - needed
        if not more:
            return [cell for cell in cells if cell.place in needed]
        needed |= more


def defined(tree: ast.Module) -> Iterator[str]:
    """The names that the cell's own statements define: functions, classes, imports, variables."""
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                yield (alias.asname or alias.name).split(".")[0]
        elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id


def globals_used(cell: SourceCell) -> set[str]:
    """The names that the cell takes from the notebook, itself or in its functions."""
    _, python = _parsed(cell.text)
    return _used(symtable.symtable(python, "cell", "exec")) if python else set()


def _used(table: symtable.SymbolTable) -> set[str]:
    top = table.get_type() == "module"
    own = {
        s.get_name() for s in table.get_symbols() if s.is_global() or (top and s.is_referenced())
    }
    return own.union(*map(_used, table.get_children()))


def functions_reached(cells: list[SourceCell], called: set[str]) -> dict[str, set[str]]:
    """For each function of the notebook: which of the `called` ones use it, itself included."""
    uses: dict[str, set[str]] = {}
    for cell in cells:
        for node in cell.tree().body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                inside = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                uses[node.name] = uses.get(node.name, set()) | inside
    users: dict[str, set[str]] = {name: set() for name in uses}
    for first in called & set(uses):
        waiting, seen = [first], {first}
        while waiting:
            name = waiting.pop()
            users[name].add(first)
            fresh = (uses[name] & set(uses)) - seen
            seen |= fresh
            waiting += fresh
    return users
