"""The notebooks of a benchmark: the source notebook and its bank, every one different."""

from __future__ import annotations

import itertools
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import Assignment
from autograder.proof.banks import Solution, read_bank, with_cell
from autograder.results import GradeResult, Status
from autograder.submitted.notebook import parse_notebook

_SEED = 6191


@dataclass(frozen=True)
class Sample:
    """One notebook, its code cells, and the automatic questions that it must lose."""

    name: str
    data: bytes
    cells: tuple[str, ...]
    loses: frozenset[str]


class WrongResult(Exception):
    """A system graded a notebook wrongly: its time means nothing."""


def corpus(assignment: Assignment, count: int) -> tuple[Sample, ...]:
    """`count` distinct notebooks in an order that is the same in every run.

    They go through the source notebook and its bank, shuffled, as often as it takes; a comment
    tells them apart, so no two have the same content.
    """
    source = assignment.notebook_path.read_bytes()
    solved = Solution("source", "The source notebook.", "", frozenset())
    choice = random.Random(_SEED)
    bank = [solved, *read_bank(assignment)]
    turns = iter(lambda: choice.sample(bank, len(bank)), [])
    solutions = itertools.islice(itertools.chain.from_iterable(turns), count)
    return tuple(
        _sample(f"n{number:04d}", source, solution) for number, solution in enumerate(solutions)
    )


def _sample(name: str, source: bytes, solution: Solution) -> Sample:
    data = with_cell(source, f"# Notebook {name}: {solution.description}\n{solution.code}")
    cells = tuple(cell.source for cell in parse_notebook(data).code_cells)
    return Sample(name, data, cells, solution.loses)


def write(samples: tuple[Sample, ...], folder: Path) -> Path:
    """The notebooks as files `<name>.ipynb` in `folder`, which is made."""
    folder.mkdir(parents=True)
    for sample in samples:
        (folder / f"{sample.name}.ipynb").write_bytes(sample.data)
    return folder


def copy_data(assignment: Assignment, folder: Path) -> Path:
    """Put the assignment's data files into `folder`, where cells will look for them."""
    for name, source in assignment.data_files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / name)
    return folder


def lost(result: GradeResult) -> frozenset[str]:
    """The automatic questions with less than full points."""
    return frozenset(
        question.name
        for question in result.questions
        if question.kind == "auto" and (question.score or 0.0) < question.max_score
    )


def require_right(sample: Sample, result: GradeResult) -> None:
    """Raise WrongResult unless the notebook lost exactly what it must."""
    if result.status is not Status.GRADED:
        raise WrongResult(f"{sample.name} is {result.status}: {result.error}")
    if lost(result) != sample.loses:
        raise WrongResult(
            f"{sample.name} lost {sorted(lost(result))}, expected {sorted(sample.loses)}"
        )
