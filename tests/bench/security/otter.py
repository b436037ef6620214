"""Otter as its documentation has it: a configuration made by `otter generate`, no container."""

from __future__ import annotations

import ast
import itertools
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.security.attacks import Attack, Canaries
from tests.bench.security.confine import Ended, left_behind
from tests.bench.security.hidden import HiddenTest
from tests.bench.security.peer import Peer, PeerFailed, finite
from tests.bench.security.system import Graded, outputs_of

PINNED = "otter-grader==7.0.0"
_GENERATE = ("generate", "--tests-dir", "tests", "--output-path", "autograder.zip")
_WITHOUT = ("--no-requirements", "--no-environment", "--no-config")
_NOTEBOOK = "a01.ipynb"
# What `otter run` does, and the executed notebook beside it, which the command throws away.
_GRADE = f"""\
import json, nbformat
from otter.api import grade_submission
from otter.run import AutograderConfig
results = grade_submission("{_NOTEBOOK}", "autograder.zip")
report = results.to_gradescope_dict(AutograderConfig({{}}))
with open("report.json", "w") as file:
    json.dump({{"report": report, "notebook": nbformat.writes(results.notebook)}}, file)
"""


class Otter(Peer):
    """The configuration, made once; every notebook is graded beside a copy of it."""

    def __init__(
        self, environment: Path, tests: list[HiddenTest], canaries: Canaries, folder: Path
    ) -> None:
        super().__init__(f"Otter {PINNED.partition('==')[2]}", environment, canaries)
        (folder / "tests").mkdir(parents=True)
        for question, its_tests in itertools.groupby(tests, lambda test: test.question):
            text = question_file(question, its_tests)
            (folder / "tests" / f"{question}.py").write_text(text, encoding="utf-8")
        ended = self._run(folder, "otter", *_GENERATE, *_WITHOUT)
        self._configuration = folder / "autograder.zip"
        if not self._configuration.is_file():
            raise PeerFailed(f"otter generate made nothing: {ended.output}")

    def _hand_in(self, attack: Attack, folder: Path) -> None:
        shutil.copy(self._configuration, folder)
        (folder / _NOTEBOOK).write_bytes(attack.notebook)

    def _run_grader(self, folder: Path) -> Ended:
        return self._run(folder, "python", "-c", _GRADE)

    def _read(self, folder: Path, ended: Ended) -> Graded:
        """The report; what a student sees are the parts that are not hidden."""
        written = left_behind(folder, "report.json")
        if ended.status != 0 or not written:
            return Graded(None, _note(ended), (ended.output,), ())
        found = json.loads(written)
        tests = found["report"]["tests"]
        failed = any(test["name"] == "Autograder Failed" for test in tests)
        note = "the autograder failed to produce any results" if failed else ""
        told = (ended.output, *_visible(found["report"]))
        return Graded(_score(found["report"]), note, told, outputs_of(found["notebook"]))


def question_file(question: str, tests: Iterable[HiddenTest]) -> str:
    """The checks of a question in Otter's default format, every case hidden."""
    tests = list(tests)
    cases = [{"code": as_doctest(test.code), "hidden": True, "locked": False} for test in tests]
    suite = {"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    points = [test.points for test in tests]
    described = {"name": question, "points": points, "suites": [suite]}
    return f"OK_FORMAT = True\n\ntest = {described!r}\n"


def as_doctest(code: str) -> str:
    """The same statements with a doctest's prompts."""
    return "\n".join(_prompted(code)) + "\n"


def _prompted(code: str) -> Iterator[str]:
    lines = code.splitlines()
    starts = {statement.lineno - 1 for statement in ast.parse(code).body}
    for number, line in enumerate(lines):
        yield f"{'>>>' if number in starts else '...'} {line}"


def _note(ended: Ended) -> str:
    last = ended.output.strip().splitlines()[-1:]
    return f"otter ended with {ended.status}: {''.join(last)[:160]}"


def _score(report: dict[str, Any]) -> float:
    if "score" in report:
        return finite(report["score"])
    return sum(finite(test.get("score", 0.0)) for test in report["tests"])


def _visible(report: dict[str, Any]) -> list[str]:
    shown = [json.dumps(test) for test in report["tests"] if test.get("visibility") != "hidden"]
    return [*shown, str(report.get("output", ""))]
