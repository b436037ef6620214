"""nbgrader under measurement: its own `autograde` on its own course folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from tests.bench.corpus import Sample, copy_data
from tests.bench.security.hidden import HiddenTest

WHOLE = "`nbgrader autograde`"
STARTED = "nbgrader, once started"
EXECUTED = (
    "nbgrader executed {count} of the same notebooks, every code cell with its public tests and "
    "figures, {tests}."
)
_CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "bench"\n'
_NEXT_SUBMISSION = "Creating/updating student with ID"
_END_OF_SUBMISSION = "Setting destination file permissions"


class NbgraderFailed(Exception):
    """nbgrader did not autograde the course."""


def _with_cells(notebook: bytes, cells: list[dict[str, Any]]) -> bytes:
    document = json.loads(notebook)
    return json.dumps({**document, "cells": document["cells"] + cells}).encode()


def _grade_cell(test: HiddenTest) -> dict[str, Any]:
    metadata = {"grade": True, "grade_id": test.name, "locked": True, "points": test.points}
    metadata |= {"schema_version": 3, "solution": False, "task": False}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"hidden-{test.name}"[:64].replace("_", "-"),
        "metadata": {"nbgrader": metadata},
        "outputs": [],
        "source": f"# {test.name}\n### BEGIN HIDDEN TESTS\n{test.code}\n### END HIDDEN TESTS",
    }


class Autograde:
    """A course with the source notebook released and the samples as its submissions."""

    def __init__(
        self,
        assignment: Assignment,
        samples: tuple[Sample, ...],
        tests: Sequence[HiddenTest],
        *,
        folder: Path,
    ) -> None:
        self._assignment = assignment
        self._samples = samples
        self._course = folder
        (folder / "source").mkdir(parents=True)
        (folder / "nbgrader_config.py").write_text(_CONFIG, encoding="utf-8")
        source = assignment.notebook_path.read_bytes()
        self._place("source", _with_cells(source, [_grade_cell(test) for test in tests]))
        self._run("generate_assignment", "--create")
        released = folder / "release" / assignment.id / assignment.notebook_path.name
        cells = json.loads(released.read_bytes())["cells"]
        for sample in samples:
            locked = cells[len(cells) - len(tests) :]
            self._place(f"submitted/{sample.name}", _with_cells(sample.data, locked))

    def _place(self, where: str, notebook: bytes) -> None:
        folder = self._course / where / self._assignment.id
        folder.mkdir(parents=True)
        (folder / self._assignment.notebook_path.name).write_bytes(notebook)
        copy_data(self._assignment, folder)

    def measure(self) -> dict[str, float]:
        """Seconds per submission of the whole command, and without its start-up."""
        started = time.perf_counter()
        marks = self._run("autograde", "--force")
        whole = time.perf_counter() - started
        count = len(self._samples)
        begun = [when for when, line in marks if _NEXT_SUBMISSION in line]
        ended = [when for when, line in marks if _END_OF_SUBMISSION in line]
        if len(begun) != count or not ended:
            raise NbgraderFailed(f"nbgrader dealt with {len(begun)} of {count} submissions")
        return {WHOLE: whole / count, STARTED: (ended[-1] - begun[0]) / count}

    def _run(self, command: str, *options: str) -> list[tuple[float, str]]:
        """Run nbgrader in the course; the lines it wrote with the times at which they came."""
        words = [sys.executable, "-m", "nbgrader", command, self._assignment.id, *options]
        marks: list[tuple[float, str]] = []
        with subprocess.Popen(
            words,
            cwd=self._course,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None
            marks += [(time.perf_counter(), line) for line in process.stdout]
        if process.returncode != 0:
            said = "".join(line for _, line in marks[-5:])
            raise NbgraderFailed(f"nbgrader {command} ended with {process.returncode}: {said}")
        return marks

    def _environment(self) -> dict[str, str]:
        # Creating its database runs `alembic` from PATH; what it leaves at home stays here.
        scripts = str(Path(sys.executable).parent)
        home = {"HOME": str(self._course), "IPYTHONDIR": str(self._course / ".ipython")}
        return {**os.environ, **home, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}

    def close(self) -> None:
        """Nothing outlives the command."""
