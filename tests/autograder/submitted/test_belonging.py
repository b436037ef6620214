"""Another assignment's notebook is told from one that merely holds little."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.assignment import list_assignments
from autograder.submitted.belonging import beside, outline, taken_for
from autograder.submitted.notebook import parse_notebook
from tests.autograder.uploads import cell, upload

ASSIGNMENTS = {found.id: found for found in list_assignments()}
PAIRS = [(a, b) for a in ASSIGNMENTS for b in ASSIGNMENTS if a != b]
A01, A03 = (ASSIGNMENTS[name].notebook_path for name in ("a01_perceptron", "a03_backprop"))


def taken(data: bytes, by: str) -> str:
    source = ASSIGNMENTS[by].notebook_path
    questions = frozenset(question.name for question in ASSIGNMENTS[by].questions)
    own, others = outline(source), beside(source)
    return taken_for(parse_notebook(data), own, others, questions=questions)


@pytest.mark.parametrize(("handed", "by"), PAIRS)
def test_every_other_assignment_is_recognised(handed: str, by: str) -> None:
    assert taken(ASSIGNMENTS[handed].notebook_path.read_bytes(), by) == handed


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_its_own_notebook_is_its_own(name: str) -> None:
    assert taken(ASSIGNMENTS[name].notebook_path.read_bytes(), name) == ""


def test_it_is_recognised_without_any_metadata() -> None:
    cells = [cell(each.source, kind=each.kind) for each in parse_notebook(A01.read_bytes()).cells]
    assert taken(upload(*cells), "a03_backprop") == "a01_perceptron"


@pytest.mark.parametrize(
    "more",
    [
        cell("def dense_backward(dZ, X, W): pass"),
        cell("dense_backward = None"),
        cell("from mine import dense_backward"),
        cell("def dense_backward(dZ, X, W): pass", kind="markdown"),
        cell("", metadata={"nbgrader": {"grade_id": "dense_backward"}}),
    ],
)
def test_whatever_could_earn_a_point_is_no_others(more: dict[str, Any]) -> None:
    cells = [cell(each.source, kind=each.kind) for each in parse_notebook(A01.read_bytes()).cells]
    assert taken(upload(*cells, more), "a03_backprop") == ""


def test_an_empty_notebook_and_a_helper_of_its_own_are_nobodys() -> None:
    assert taken(upload(), "a03_backprop") == ""
    assert taken(upload(cell("def sigmoid(z): return z")), "a03_backprop") == ""


def test_a_cell_that_bears_a_question_of_its_own_makes_it_its_own() -> None:
    """Also where the source names no cell by the question."""
    cells = [cell(each.source, kind=each.kind) for each in parse_notebook(A03.read_bytes()).cells]
    assert taken(upload(*cells), "a01_perceptron") == "a03_backprop"
    assert "xor" not in outline(A01).grade_ids
    bearing = cell("", metadata={"nbgrader": {"grade_id": "xor"}})
    assert taken(upload(*cells, bearing), "a01_perceptron") == ""
