"""Sample submissions of an assignment: made from its source notebook, its release and its bank."""

from __future__ import annotations

import ast
import json
import random
import re
from dataclasses import dataclass
from typing import Any

from autograder.assignment import Assignment
from autograder.proof.banks import Solution, read_bank, with_cell

_MARKER = re.compile(r"^[ \t]*###[ \t]*(BEGIN|END) SOLUTION[ \t]*\n?", re.M)
_ANSWERS = (
    "Without an activation function between them, two dense layers are one: "
    "$(x W_1) W_2 = x (W_1 W_2)$. The network could only draw a straight boundary, however deep, "
    "and XOR would stay out of reach.",
    "Because they make the network non-linear, so it can fit curves.",
    "Activations keep the numbers between 0 and 1, which makes training stable.",
    "A stack of linear maps is linear. The non-linearity lets each layer bend the space a little, "
    "and many bends give any shape.\n\n- one layer: a line\n- more layers: a *folded* line",
    "They are inspired by neurons, which fire or do not fire.",
)


@dataclass(frozen=True)
class Materials:
    """What samples are put together from."""

    solved: dict[str, Any]
    release: dict[str, Any]
    wrong: tuple[Solution, ...]
    right: tuple[Solution, ...]
    manual: tuple[str, ...]


def materials(assignment: Assignment) -> Materials:
    """Read an assignment's notebook, release and bank."""
    from autograder.nbgrader.release import release_notebook

    solved = json.loads(assignment.notebook_path.read_text(encoding="utf-8"))
    for cell in solved["cells"]:
        cell["source"] = _MARKER.sub("", "".join(cell["source"]))
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    bank = read_bank(assignment)
    return Materials(
        solved=solved,
        release=json.loads(release_notebook(assignment)),
        wrong=tuple(solution for solution in bank if solution.loses),
        right=tuple(solution for solution in bank if not solution.loses),
        manual=tuple(question.name for question in assignment.manual_questions),
    )


def attempts(found: Materials, number: int) -> list[bytes]:
    """The notebooks that student `number` hands in, one after the other, better each time.

    The same number always gives the same notebooks, so that a second run adds nothing.
    """
    chance = random.Random(f"sample student {number}")
    answer = _ANSWERS[number % len(_ANSWERS)]
    first = _partial(found, chance.uniform(0.2, 0.7), "")
    if number == 0:
        wrong = _mistakes(found, chance, 3)
        return [first, _with(found, wrong, answer), _with(found, wrong[:1], answer)]
    if number % 15 == 7:
        return []
    style = chance.random()
    if style < 0.15:
        return [first, _partial(found, chance.uniform(0.6, 0.95), answer)]
    if style < 0.45:
        right = [chance.choice(found.right)] if found.right and chance.random() < 0.4 else []
        return [_with(found, _mistakes(found, chance, 1), answer), _with(found, right, answer)]
    mistakes = _mistakes(found, chance, chance.choice((1, 1, 2, 2, 3, 4)))
    last = _with(found, mistakes, answer)
    return [first, last] if chance.random() < 0.5 else [last]


def _mistakes(found: Materials, chance: random.Random, count: int) -> list[Solution]:
    return chance.sample(found.wrong, min(count, len(found.wrong)))


def _with(found: Materials, solutions: list[Solution], answer: str) -> bytes:
    """The solved notebook with entries of the bank at its end."""
    notebook = _answered(found.solved, found.manual, answer)
    for solution in solutions:
        notebook = with_cell(notebook, _without_docstring(solution.code))
    return notebook


def _partial(found: Materials, share: float, answer: str) -> bytes:
    """The release with the first part of its cells solved."""
    solved = {_grade_id(cell): cell for cell in found.solved["cells"] if _grade_id(cell)}
    open_cells = [
        place
        for place, cell in enumerate(found.release["cells"])
        if cell["cell_type"] == "code"
        and _grade_id(cell) in solved
        and "".join(cell["source"]) != solved[_grade_id(cell)]["source"]
    ]
    done = set(open_cells[: round(share * len(open_cells))])
    cells = [
        {**cell, "source": solved[_grade_id(cell)]["source"]} if place in done else cell
        for place, cell in enumerate(found.release["cells"])
    ]
    return _answered({**found.release, "cells": cells}, found.manual, answer)


def _answered(notebook: dict[str, Any], manual: tuple[str, ...], answer: str) -> bytes:
    """The notebook with the written answers replaced."""
    cells = [
        {**cell, "source": f"**Answer ({_grade_id(cell)}):**\n\n{answer}"}
        if cell["cell_type"] == "markdown" and _grade_id(cell) in manual
        else cell
        for cell in notebook["cells"]
    ]
    return json.dumps({**notebook, "cells": cells}).encode()


def _grade_id(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _without_docstring(code: str) -> str:
    """A student's cell would not begin by naming its own mistake."""
    first = ast.parse(code).body[0]
    if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)):
        return code
    return "\n".join(code.splitlines()[first.end_lineno :]).strip() + "\n"
