"""The written answers and the cells of a notebook, read from the file as handed in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.submitted.notebook import Cell


def answers_of(data: bytes, questions: Iterable[str]) -> dict[str, str | None]:
    """The Markdown of each written answer; None where it is missing."""
    from autograder.submitted.notebook import NotebookRejected, parse_notebook, written_answer

    try:
        notebook = parse_notebook(data)
    except NotebookRejected:
        return {}
    return {question: written_answer(notebook, question) for question in questions}


def source_cells(data: bytes) -> tuple[Cell, ...]:
    """Every cell of the notebook, in the order of the file."""
    from autograder.submitted.notebook import NotebookRejected, parse_notebook

    try:
        return parse_notebook(data).cells
    except NotebookRejected:
        return ()
