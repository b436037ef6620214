"""A run that is interrupted or killed goes on where it was when it is started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import Assignment
from autograder.bulk import Journal
from autograder.cache import MemoryStore
from autograder.grading import grader_version
from autograder.results import GradeResult, Status
from autograder.submitted.intake import Submission
from tests.autograder.two import CHECKS, SOLVED, two_functions, written

pytestmark = pytest.mark.slow

COUNT = 6
# The third submission that is judged waits in the middle until the pipe has a writer.
NOTED = '''
@question("halve", points=1)
def test_halve(student, rng):
    """`halve(x)` is x / 2."""
    log, pipe = Path({log!r}), Path({pipe!r})
    with log.open("a") as file:
        file.write(f"{{student.me()}}\\n")
    if pipe.exists() and len(log.read_text().split()) == 3:
        pipe.read_text()
    assert_close(student.halve(6.0), 3.0)
'''


@pytest.fixture
def course(tmp_path: Path) -> Path:
    paths = {name: str(tmp_path / name) for name in ("log", "pipe")}
    two_functions(tmp_path / "assignments", CHECKS + NOTED.format(**paths))
    (tmp_path / "handed in").mkdir()
    for number in range(COUNT):
        right = SOLVED[0] if number % 2 else "def double(x):\n    return x"
        data = written(right, SOLVED[1], f"def me():\n    return {number}")
        (tmp_path / "handed in" / f"s{number}.ipynb").write_bytes(data)
    return tmp_path


def start(course: Path, *options: str) -> subprocess.Popen[str]:
    words = ["grade", "a01_two", str(course / "handed in"), "--seed", "s", "--workers", "1"]
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("heldout")), *words, *options],
        env={**os.environ, "HELDOUT_ASSIGNMENTS": str(course / "assignments")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background has Ctrl-C ignored, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def interrupted(course: Path, number: signal.Signals) -> str:
    """Break the run off while the third submission is judged; what it said to its user."""
    os.mkfifo(course / "pipe")
    run = start(course, "--json", str(course / "scores.json"))
    with (course / "pipe").open("w"):
        run.send_signal(number)
        run.wait(timeout=120)
    # A killed run leaves its checker behind, which ends once the pipe lets it go.
    _, said = run.communicate(timeout=120)
    (course / "pipe").unlink()
    return said


def judged(course: Path) -> Counter[str]:
    return Counter((course / "log").read_text(encoding="utf-8").split())


def records(file: Path) -> list[dict[str, Any]]:
    found = json.loads(file.read_bytes())
    return [{k: v for k, v in each.items() if k not in ("seconds", "receipt")} for each in found]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_broken_off_goes_on_and_grades_nothing_again(
    course: Path, number: signal.Signals
) -> None:
    said = interrupted(course, number)
    assert not (course / "scores.json").exists()
    assert ("the same command goes on" in said) == (number == signal.SIGINT)
    before = judged(course)
    assert set(before) == {"0", "1", "2"}
    again = start(course, "--json", str(course / "scores.json"))
    again.communicate(timeout=120)
    assert again.returncode == 0
    # Only what was being judged, whose result never arrived, is judged a second time.
    assert judged(course) - before == Counter("2345")
    assert judged(course)["0"] == judged(course)["1"] == 1
    fresh = start(course, "--no-cache", "--json", str(course / "fresh.json"))
    fresh.communicate(timeout=120)
    assert records(course / "scores.json") == records(course / "fresh.json")
    assert [each["submission"] for each in records(course / "fresh.json")] == [
        f"s{place}" for place in range(COUNT)
    ]
    assert not [path for path in course.iterdir() if path.name.startswith(".")]


def test_a_cache_that_is_kept_answers_the_next_run(course: Path) -> None:
    for run in (1, 2):
        again = start(course, "--cache", str(course / "kept"))
        said, _ = again.communicate(timeout=120)
        assert again.returncode == 0
        assert judged(course) == Counter("012345")
        assert (f"{COUNT} of them known from equal work" in said) == (run == 2)


@pytest.fixture
def sound(tmp_path: Path) -> Assignment:
    return two_functions(tmp_path)


def found(assignment: Assignment, **changes: Any) -> GradeResult:
    values: dict[str, Any] = {"submission": "ada", "status": Status.GRADED, "score": 1.0}
    values |= {"assignment": assignment.id, "max_score": 6.0}
    return GradeResult(**{**values, **changes}, grader_version=grader_version(assignment))


def test_a_journal_answers_for_the_same_file_with_the_same_content_only(sound: Assignment) -> None:
    store, ada = MemoryStore(), Submission("ada", "a/ada.ipynb", b"work")
    Journal(store, sound, b"s").enter(ada, b"work", found(sound))
    journal = Journal(store, sound, b"s")
    assert journal.find(ada, b"work") == found(sound)
    assert journal.find(ada, b"changed since") is None
    assert journal.find(Submission("ada", "b/ada.ipynb", b"work"), b"work") is None
    assert Journal(store, sound, b"another seed").find(ada, b"work") is None
    sound.checks_path.write_text("# other checks\n", encoding="utf-8")
    assert Journal(store, sound, b"s").find(ada, b"work") is None


def test_a_journal_keeps_timeouts_but_no_fault_of_ours(sound: Assignment) -> None:
    journal, ada = Journal(MemoryStore(), sound, b"s"), Submission("ada", "ada.ipynb", b"work")
    journal.enter(ada, b"work", found(sound, status=Status.INFRASTRUCTURE_ERROR))
    assert journal.find(ada, b"work") is None
    journal.enter(ada, b"work", found(sound, score=0.0))
    assert journal.find(ada, b"work") is not None
