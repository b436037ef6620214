"""nbgrader as its documentation has it: hidden tests in locked cells, `autograde`, feedback."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

from tests import submissions
from tests.bench.security.attacks import Attack, Canaries
from tests.bench.security.confine import Ended, left_behind
from tests.bench.security.hidden import HiddenTest
from tests.bench.security.peer import Peer, PeerFailed, finite
from tests.bench.security.system import Graded, outputs_of

PINNED = "nbgrader==0.9.6"
_NAME = "a01"
_STUDENT = "student"
_CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "bench"\n'


class Nbgrader(Peer):
    """A course with the assignment released once; every notebook is graded in a copy of it."""

    folder = "course"

    def __init__(
        self, environment: Path, tests: list[HiddenTest], canaries: Canaries, folder: Path
    ) -> None:
        super().__init__(f"nbgrader {PINNED.partition('==')[2]}", environment, canaries)
        self._home = folder
        source = folder / "course" / "source" / _NAME
        source.mkdir(parents=True)
        (folder / "course" / "nbgrader_config.py").write_text(_CONFIG, encoding="utf-8")
        document = submissions.thin("source")
        document["cells"] += [_grade_cell(test) for test in tests]
        (source / f"{_NAME}.ipynb").write_text(json.dumps(document), encoding="utf-8")
        ended = self._nbgrader(folder, "generate_assignment", _NAME, "--create")
        if ended.status != 0:
            raise PeerFailed(f"nbgrader does not release the assignment: {ended.output}")
        released = folder / "course" / "release" / _NAME / f"{_NAME}.ipynb"
        cells = json.loads(released.read_bytes())["cells"]
        self._locked = cells[-len(tests) :]

    def _hand_in(self, attack: Attack, folder: Path) -> None:
        shutil.copytree(self._home, folder, dirs_exist_ok=True)
        handed_in = folder / "course" / "submitted" / _STUDENT / _NAME
        handed_in.mkdir(parents=True)
        document = json.loads(attack.notebook)
        document["cells"] += self._locked
        (handed_in / f"{_NAME}.ipynb").write_text(json.dumps(document), encoding="utf-8")

    def _run_grader(self, folder: Path) -> Ended:
        return self._nbgrader(folder, "autograde", _NAME, "--student", _STUDENT)

    def _read(self, folder: Path, ended: Ended) -> Graded:
        """Make the feedback and export the score, as an instructor would."""
        if ended.status != 0:
            return Graded(None, _note(ended), (ended.output,), ())
        self._nbgrader(folder, "generate_feedback", _NAME, "--student", _STUDENT)
        self._nbgrader(folder, "export", "--to", "grades.csv")
        page = left_behind(folder, f"course/feedback/{_STUDENT}/{_NAME}/{_NAME}.html")
        executed = left_behind(folder, f"course/autograded/{_STUDENT}/{_NAME}/{_NAME}.ipynb")
        score = _score(left_behind(folder, "course/grades.csv"))
        note = "" if page and score is not None else "no feedback or no exported score"
        return Graded(score, note, (ended.output, page), outputs_of(executed))

    def _nbgrader(self, home: Path, *words: str) -> Ended:
        return self._run(home, "python", "-m", "nbgrader", *words)


def _grade_cell(test: HiddenTest) -> dict[str, Any]:
    marked = f"# {test.name}\n### BEGIN HIDDEN TESTS\n{test.code}\n### END HIDDEN TESTS"
    metadata = {"grade": True, "grade_id": test.name, "locked": True, "points": test.points}
    metadata |= {"schema_version": 3, "solution": False, "task": False}
    return {**submissions.cell(marked), "metadata": {"nbgrader": metadata}}


def _note(ended: Ended) -> str:
    lines = [line.strip() for line in ended.output.splitlines() if "ERROR" in line]
    return f"autograde ended with {ended.status}: {lines[-1][:160] if lines else ''}"


def _score(exported: str) -> float | None:
    rows = csv.DictReader(exported.splitlines())
    scores = [finite(row["raw_score"]) for row in rows if row["student_id"] == _STUDENT]
    return scores[0] if scores else None
