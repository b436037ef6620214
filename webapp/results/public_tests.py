"""The public tests as they ran in a student's notebook: what is never held back."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.results import GradeResult
from webapp.submissions.notebook_cells import source_cells

_ENDING = "_test"


@dataclass(frozen=True)
class PublicTest:
    """One test cell: the question it is for, its number among the code cells, and how it ended."""

    question: str
    cell: int
    passed: bool
    message: str


def public_tests(data: bytes, result: GradeResult) -> list[PublicTest]:
    """The notebook's test cells, which its release names `<question>_test`."""
    ran = {cell.cell_index: cell for cell in result.cells}
    found = []
    code = [cell for cell in source_cells(data) if cell.kind == "code"]
    for number, cell in enumerate(code, start=1):
        if cell.grade_id and cell.grade_id.endswith(_ENDING) and cell.index in ran:
            run = ran[cell.index]
            message = run.error.rsplit("\n", 1)[-1][:300]
            found.append(PublicTest(cell.grade_id.removesuffix(_ENDING), number, run.ok, message))
    return found
