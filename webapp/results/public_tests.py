"""The public tests as they ran in a student's notebook: what is never held back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.results import GradeResult

if TYPE_CHECKING:
    from autograder.submitted.notebook import Notebook

_ENDING = "_test"


@dataclass(frozen=True)
class PublicTest:
    """One test cell: the question it is for, its number among the code cells, and how it ended."""

    question: str
    cell: int
    passed: bool
    message: str


def public_tests(notebook: Notebook, result: GradeResult) -> list[PublicTest]:
    """The notebook's test cells, which its release names `<question>_test`."""
    ran = {cell.cell_index: cell for cell in result.cells}
    found = []
    for number, cell in enumerate(notebook.code_cells, start=1):
        if cell.grade_id and cell.grade_id.endswith(_ENDING) and cell.index in ran:
            run = ran[cell.index]
            message = run.error.rsplit("\n", 1)[-1][:300]
            found.append(PublicTest(cell.grade_id.removesuffix(_ENDING), number, run.ok, message))
    return found
