"""Making the student version of an assignment's source notebook, through nbgrader.

nbgrader's own preprocessors run without its database. Importing nbgrader takes seconds, so
it is imported on first use.
"""

from __future__ import annotations

import logging
import os
import platform
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from autograder.assignment import AssignmentError
from autograder.sandbox.outside_mounts import MountError, packages_inside
from autograder.submitted.answers import answer_marker, written_answer
from autograder.submitted.notebook import NotebookRejected, parse_notebook

if TYPE_CHECKING:
    from autograder.assignment import Assignment, Question

_REGION = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
_NEAR_REGION = re.compile(
    r"^[ \t]*(?:#+|<!--)[ \t]*"
    r"((?:begin|end)[ \t_-]*(?:solution|hidden[ \t]+test|mark[ \t]+scheme)s?)",
    re.IGNORECASE | re.MULTILINE,
)

Step = Callable[[nbformat.NotebookNode], nbformat.NotebookNode]


class ReleaseError(Exception):
    """The source notebook cannot be released: one sentence for the assignment's author."""


def release(assignment: Assignment, output: Path) -> Path:
    """Write the student version and the assignment's data files into the folder `output`.

    Each file appears whole or not at all. Returns the notebook's path. Raises ReleaseError.
    """
    contents = {assignment.notebook_path.name: release_notebook(assignment), **_data(assignment)}
    try:
        for name, data in contents.items():
            _write(output / name, data)
    except OSError as error:
        raise ReleaseError(
            f"the release cannot be written to {output}: {error.strerror or error}"
        ) from None
    return output / assignment.notebook_path.name


def release_notebook(assignment: Assignment) -> bytes:
    """The student version of the source notebook; the same source gives the same bytes.

    Solutions, hidden tests and outputs are gone, cells are locked and carry checksums, so
    that nbgrader's Validate button and `nbgrader validate` work on it, and each cell for a
    written answer has the line `**Answer (question):**`. Raises ReleaseError.
    """
    notebook = _read_source(assignment.notebook_path)
    for cell in notebook.cells:
        _require_whole_regions(cell)
    for question in assignment.manual_questions:
        _require_answer_cell(notebook, question)
    for step in (
        _nbgrader("LockCells"),
        _nbgrader("ClearSolutions"),
        _mark_answers(assignment),
        _nbgrader("ClearOutput"),
        _drop_widgets,
        _say_what_grades(assignment),
        _nbgrader("CheckCellMetadata"),
        _nbgrader("ComputeChecksums"),
        _nbgrader("ClearHiddenTests"),
        _nbgrader("ClearMarkScheme"),
        _nbgrader("ComputeChecksums"),
        _nbgrader("CheckCellMetadata"),
    ):
        notebook = step(notebook)
    data = (nbformat.writes(notebook).rstrip("\n") + "\n").encode()
    _require_no_solution(data, assignment)
    return data


def _read_source(path: Path) -> nbformat.NotebookNode:
    try:
        parse_notebook(path.read_bytes())
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise ReleaseError(f"{path} cannot be read: {error.strerror}") from None
    except NotebookRejected as error:
        raise ReleaseError(f"{path} cannot be released: {error}") from None
    except nbformat.ValidationError as error:
        raise ReleaseError(f"{path} is not a valid notebook: {error.message}") from None
    return notebook


@cache
def _quiet_logger() -> logging.Logger:
    """nbgrader logs the cell beside raising; only the raised sentence is wanted."""
    logger = logging.getLogger("autograder.nbgrader.release.nbgrader")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


def _nbgrader(name: str) -> Step:
    """One of nbgrader's preprocessors as a step from notebook to notebook."""

    def step(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
        from nbgrader import preprocessors
        from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError, ValidationError

        preprocessor = getattr(preprocessors, name)(log=_quiet_logger())
        faults = (ValidationError, SchemaTooOldError, SchemaTooNewError, RuntimeError, KeyError)
        try:
            return preprocessor.preprocess(notebook, {})[0]
        except faults as error:
            cause = error.__context__ or error
            reason = str(cause).strip().partition("\n")[0].rstrip(".")
            raise ReleaseError(f"nbgrader's {name} refuses the source notebook: {reason}") from None

    return step


def _drop_widgets(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Remove the state of widgets, an output that Jupyter keeps in the notebook's metadata."""
    notebook.metadata.pop("widgets", None)
    return notebook


def _say_what_grades(assignment: Assignment) -> Step:
    """Put the Python and the packages that grade below the text of the first cell."""

    def step(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
        first = next(iter(notebook.cells), None)
        if first is not None and first.cell_type == "markdown" and not _grade_id(first):
            first.source = f"{first.source.rstrip()}\n\n*{graded_with(assignment)}*"
        return notebook

    return step


def graded_with(assignment: Assignment) -> str:
    """`Graded with Python 3.11.7, numpy 2.1.0.`, as this machine has them."""
    try:
        inside = packages_inside(assignment.packages)
    except MountError:  # the machine that releases may lack what the workers have
        inside = ()
    named = {name.lower() for name in (*assignment.packages, "numpy")}
    found = [f"{p.name} {p.version}" for p in inside if p.name.lower() in named]
    return f"Graded with {', '.join([f'Python {platform.python_version()}', *found])}."


def _grade_id(cell: nbformat.NotebookNode) -> Any:
    metadata = cell.metadata.get("nbgrader", {})
    return metadata.get("grade_id") if metadata.get("grade") else None


def _mark_answers(assignment: Assignment) -> Step:
    """Put the line `**Answer (question):**` above each written answer that lacks it."""
    names = {question.name for question in assignment.manual_questions}

    def step(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
        for cell in notebook.cells:
            name = _grade_id(cell)
            if name in names and answer_marker(name) not in cell.source.splitlines():
                cell.source = f"{answer_marker(name)}\n\n{cell.source}"
        return notebook

    return step


def _require_whole_regions(cell: nbformat.NotebookNode) -> None:
    """Every BEGIN has its END: nbgrader drops a lone END and would release what precedes it."""
    for match in _NEAR_REGION.finditer(cell.source):
        if not _REGION.fullmatch(match[1]):
            raise ReleaseError(
                f"the source notebook says {match[1]!r}, which is not nbgrader's spelling"
                " (like BEGIN SOLUTION)"
            )
    opened: str | None = None
    for match in _REGION.finditer(cell.source):
        bound, kind = match.groups()
        if (bound == "END") != (opened == kind):
            partner = "END" if bound == "BEGIN" else "BEGIN"
            raise ReleaseError(f"the source notebook has {match[0]!r} without {partner} {kind}")
        opened = kind if bound == "BEGIN" else None
    if opened:
        raise ReleaseError(f"the source notebook has 'BEGIN {opened}' without END {opened}")


def _require_answer_cell(notebook: nbformat.NotebookNode, question: Question) -> None:
    cells = [cell for cell in notebook.cells if _grade_id(cell) == question.name]
    if len(cells) != 1 or cells[0].cell_type != "markdown":
        raise ReleaseError(
            f"the source notebook has {len(cells)} graded cells with grade_id {question.name!r},"
            " expected one Markdown cell for the written answer"
        )
    points = cells[0].metadata.nbgrader.get("points")
    if points != question.points:
        raise ReleaseError(
            f"the cell {question.name} has {points} points, expected {question.points:g}"
        )


def _require_no_solution(data: bytes, assignment: Assignment) -> None:
    released = parse_notebook(data)
    for cell in released.cells:
        if match := _REGION.search(cell.source):
            raise ReleaseError(f"{match[0]!r} survived in cell {cell.index + 1} of the release")
    for question in assignment.manual_questions:
        if written_answer(released, question.name) is not None:
            raise ReleaseError(
                f"the cell {question.name} still holds text in the release:"
                " move the question's text out of the cell"
            )


def _data(assignment: Assignment) -> dict[str, bytes]:
    try:
        return {name: path.read_bytes() for name, path in assignment.data_files().items()}
    except AssignmentError as error:
        raise ReleaseError(str(error)) from None
    except OSError as error:
        raise ReleaseError(f"a data file cannot be read: {error.strerror}") from None


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(data)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
