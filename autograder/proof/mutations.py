"""Mutants: the model solution with one small change, of which each should lose a question."""

from __future__ import annotations

import ast
import difflib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.proof.mutation_rules import Edit, Text, edits_of
from autograder.proof.solution import SourceCell, solution_lines, without_magics


@dataclass(frozen=True)
class Mutant:
    """A solution cell with one change in one function; `was` and `becomes` are its lines."""

    cell: SourceCell
    function: str
    text: str
    was: str
    becomes: str

    @property
    def key(self) -> str:
        """What tells this mutant from all others of an assignment."""
        whole = f"{self.cell.place}\0{self.text}"
        return hashlib.sha256(whole.encode()).hexdigest()[:20]

    @property
    def diff(self) -> str:
        """The change as a diff of its lines."""
        before, after = self.cell.text.splitlines(), self.text.splitlines()
        lines = list(difflib.unified_diff(before, after, lineterm="", n=0))[3:]
        return "\n".join(lines)


def mutants_of(cells: Sequence[SourceCell]) -> Iterator[Mutant]:
    """Every mutant of the solutions in these cells, in the order of the notebook."""
    for cell in cells:
        if cell.is_solution:
            yield from _of_cell(cell)


def _of_cell(cell: SourceCell) -> Iterator[Mutant]:
    # Magics have become `pass`, so the places of what is no magic must not have moved.
    source = Text(without_magics(cell.text))
    solution, seen = solution_lines(cell.text), {ast.dump(cell.tree())}
    for function, node in _nodes(cell.tree()):
        if _line(node) not in solution:
            continue
        for edit in edits_of(node, source):
            changed = _applied(source.text, edit)
            if changed is None:
                continue
            text, tree = changed
            if tree not in seen:
                seen.add(tree)
                yield _mutant(cell, function, text)


def _nodes(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every node with the name of the function of the notebook that it lies in."""
    for statement in tree.body:
        name = getattr(statement, "name", "")
        for node in ast.walk(statement):
            yield name, node


def _line(node: ast.AST) -> int | None:
    """Where the node stands; a comprehension has no place of its own, but what it goes over has."""
    if isinstance(node, ast.comprehension):
        return node.iter.lineno
    return getattr(node, "lineno", None)


def _applied(text: str, edit: Edit) -> tuple[str, str] | None:
    """The changed text and its tree; in brackets where it would be read differently without."""
    before, after = text[: edit.start], text[edit.end :]
    plain = _tree(before + edit.new + after)
    if not edit.is_expression or not edit.new:
        return None if plain is None else (before + edit.new + after, plain)
    bracketed = f"{before}({edit.new}){after}"
    wanted = _tree(bracketed)
    if wanted is None:
        return None
    return (before + edit.new + after, wanted) if plain == wanted else (bracketed, wanted)


def _tree(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return None


def _mutant(cell: SourceCell, function: str, text: str) -> Mutant:
    before, after = without_magics(cell.text).split("\n"), text.split("\n")
    changes = [
        change
        for change in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if change[0] != "equal"
    ]
    start, end = changes[0][1], changes[-1][2]
    new_start, new_end = changes[0][3], changes[-1][4]
    was, becomes = _joined(before[start:end]), _joined(after[new_start:new_end])
    return Mutant(cell, function, text, was, becomes)


def _joined(lines: list[str]) -> str:
    return "\n".join(line.strip() for line in lines)
