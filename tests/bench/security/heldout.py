"""Heldout: the assignment as it stands with a canary in its checks, one checker per notebook.

`python -m tests.bench.security.heldout FOLDER NOTEBOOK SEED` is that checker's command; it writes
the result, with all that the notebook's page would show, as JSON.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.assignment import Assignment, load_assignment
from autograder.grading import GradingPool
from autograder.results import from_json, to_json
from tests.bench.security.attacks import Attack, Canaries
from tests.bench.security.system import SECONDS, SECRET, Graded, plant_file


class Heldout:
    """The assignment under its own limits; its checker has the canaries around it."""

    def __init__(self, assignment: Assignment, seed: str, canaries: Canaries, folder: Path) -> None:
        self.name = "Heldout"
        self._seed = seed
        self._canaries = canaries
        self._assignment = folder / assignment.id
        shutil.copytree(assignment.folder, self._assignment)
        with (self._assignment / "checks.py").open("a", encoding="utf-8") as checks:
            checks.write(f'\nCANARY = "{canaries.hidden_tests}"\n')

    def grade(self, attack: Attack, folder: Path) -> Graded:
        """Grade in a process of its own, whose complaints count as the log."""
        plant_file(folder, self._canaries)
        notebook = folder / "a01.ipynb"
        notebook.write_bytes(attack.notebook)
        words = [sys.executable, "-m", "tests.bench.security.heldout"]
        words += [str(self._assignment), str(notebook), self._seed]
        secrets = {"HOME": str(folder), SECRET: self._canaries.environment}
        try:
            done = subprocess.run(
                words, capture_output=True, env={**os.environ, **secrets}, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            return Graded(None, f"no result within {SECONDS:g} s", (), ())
        log = done.stderr.decode("utf-8", "replace")
        if done.returncode != 0:
            return Graded(None, f"the checker ended with {done.returncode}", (log,), ())
        result = from_json(done.stdout)
        outputs = tuple(output.text for cell in result.cells for output in cell.outputs)
        note = f"{result.status}: {result.error}" if result.score is None else ""
        return Graded(result.score, note, (done.stdout.decode(), log), outputs)


def main(folder: str, notebook: str, seed: str) -> None:
    """Write the result of one notebook."""
    assignment = load_assignment(Path(folder))
    with GradingPool(workers=1, seed=seed.encode()) as pool:
        result = pool.grade(assignment, Path(notebook).read_bytes(), submission="a01")
    sys.stdout.buffer.write(to_json(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
