"""What the comparison asks of a grader."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.bench.security.attacks import Attack, Canaries

FULL = 18.0
SECRET = "GRADING_SECRET"
SECONDS = 300.0  # for one command of any of the graders


@dataclass(frozen=True)
class Graded:
    """What became of a notebook.

    `score` is None where the grader gave none, and `note` says why. `told` is all that the student
    gets to see and what the grader wrote into its log; `cells` is what the notebook's cells showed,
    whether or not the student gets to see it.
    """

    score: float | None
    note: str
    told: tuple[str, ...]
    cells: tuple[str, ...]


class Grader(Protocol):
    """A system with the assignment set up."""

    name: str

    def grade(self, attack: Attack, folder: Path) -> Graded:
        """Grade one notebook, with everything it leaves behind in an empty folder of its own."""


def plant_file(home: Path, canaries: Canaries) -> None:
    """A file of the grader's owner that has nothing to do with the submission."""
    (home / f"{canaries.file}.txt").write_text(f"{canaries.file}\n", encoding="utf-8")


def outputs_of(executed: str) -> tuple[str, ...]:
    """What the cells of an executed notebook showed, cell by cell."""
    cells = json.loads(executed)["cells"] if executed else []
    return tuple(json.dumps(cell.get("outputs", [])) for cell in cells)
