"""From a notebook to a verdict: who is at fault when something breaks, and who never is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import Assignment
from autograder.grading import GradingPool
from autograder.grading import pool as pool_module
from autograder.results import GradeResult, Status, Verdict, from_json, to_json
from tests.autograder.two import DOUBLE_ONCE, HALVE, SOLVED, two_functions, verdicts, written


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return two_functions(tmp_path_factory.mktemp("sound"))


def test_a_solved_notebook_gets_every_automatic_point(pool: GradingPool, sound: Assignment) -> None:
    result = pool.grade(sound, written(*SOLVED), submission="ada")
    assert (result.submission, result.assignment) == ("ada", "a01_two")
    assert (result.score, result.max_score) == (3.0, 6.0)
    assert verdicts(result) == {"double": "passed", "halve": "passed", "why": "pending"}
    assert result.questions[2].score is None
    assert from_json(to_json(result)) == result


def test_a_question_half_right_is_partial_and_says_why(
    pool: GradingPool, sound: Assignment
) -> None:
    wrong = "def double(x):\n    return 2 * x if x > 1e6 else 3 * x"
    result = pool.grade(sound, written(wrong, SOLVED[1]))
    question = result.questions[0]
    assert (question.score, question.verdict) == (0.5, Verdict.PARTIAL)
    assert question.message.endswith("Multiply by 2.")
    first = question.checks[0]
    assert (first.name, first.points, first.score) == ("double_small", 1.5, 0.0)
    assert first.description == "`double(x)` is 2x."


def test_each_fault_of_a_student_has_its_verdict(pool: GradingPool, sound: Assignment) -> None:
    faults = {
        "def double(x):\n    return None": "failed",
        "def double(x):\n    return x + undefined": "error",
        "def double(x):\n    raise NotImplementedError": "missing",
        "double = 7": "missing",
        "1 / 0\ndef double(x):\n    return 2 * x": "missing",
        "def double(x):\n    raise MemoryError": "memory",
        "import os\ndef double(x):\n    os._exit(0)": "error",
    }
    for source, verdict in faults.items():
        result = pool.grade(sound, written(source, SOLVED[1]))
        assert verdicts(result) == {"double": verdict, "halve": "passed", "why": "pending"}
        assert result.score == 1.0


def test_a_missing_function_tells_where_its_cell_stopped(
    pool: GradingPool, sound: Assignment
) -> None:
    result = pool.grade(sound, written("1 / 0\ndef double(x):\n    return 2 * x"))
    check = result.questions[0].checks[0]
    assert check.message == (
        "`double` is not defined in the notebook. "
        "Its cell stopped: ZeroDivisionError: division by zero"
    )
    assert "Cell 1, line 1" in check.traceback


def test_a_rejected_file_has_a_sentence_and_no_questions(
    pool: GradingPool, sound: Assignment
) -> None:
    result = pool.grade(sound, b"")
    assert (result.status, result.score, result.questions) == (Status.REJECTED, None, ())
    assert result.error == "The file is empty: save the notebook in Jupyter and try again."


def test_progress_is_told_cell_by_cell_and_question_by_question(
    pool: GradingPool, sound: Assignment
) -> None:
    steps: list[dict[str, Any]] = []
    pool.grade(sound, written(*SOLVED), on_progress=steps.append)
    cells = [(step["done"], step["total"]) for step in steps if step["stage"] == "cells"]
    checks = [step["question"]["name"] for step in steps if step["stage"] == "checks"]
    assert cells == [(1, 2), (2, 2)]
    assert checks == ["double", "halve", "why"]


def test_many_threads_get_their_own_results(pool: GradingPool, sound: Assignment) -> None:
    found: dict[int, GradeResult] = {}

    def grade(number: int) -> None:
        source = SOLVED[number % 2]
        found[number] = pool.grade(sound, written(source), submission=str(number))

    threads = [threading.Thread(target=grade, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number].submission for number in range(8)] == [str(n) for n in range(8)]
    assert [found[number].score for number in range(8)] == [2.0, 1.0] * 4


REVEALS = DOUBLE_ONCE + 'require(False, f"drew {rng.integers(10**12)}")\n' + HALVE


@pytest.mark.slow
def test_hidden_inputs_depend_on_seed_and_work_alone(author: Any) -> None:
    assignment = author(REVEALS)
    drawn = []
    for seed, sources in ((b"1", SOLVED), (b"1", SOLVED), (b"2", SOLVED), (b"1", SOLVED[::-1])):
        with GradingPool(seed=seed) as pool:
            result = pool.grade(assignment, written(*sources), submission=str(len(drawn)))
        drawn.append(result.questions[0].message)
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 3


def test_a_ramp_gives_part_of_the_points(author: Any, pool: GradingPool) -> None:
    check = "ramp(as_scalar(student.double(0.4)), low=0.6, high=1.0)\n"
    result = pool.grade(author(DOUBLE_ONCE + check + HALVE), written(*SOLVED))
    assert result.questions[0].score == pytest.approx(1.0)
    assert result.questions[0].verdict is Verdict.PARTIAL


def test_a_checker_that_is_killed_once_is_replaced(
    author: Any, pool: GradingPool, tmp_path: Path
) -> None:
    line = f"mark = Path({str(tmp_path / 'mark')!r})\n"
    line += "    if not mark.exists():\n        mark.touch()\n"
    line += "        os.kill(os.getpid(), signal.SIGKILL)\n"
    line += "    assert_close(student.double(1.0), 2.0)\n"
    result = pool.grade(author(DOUBLE_ONCE + line + HALVE), written(*SOLVED))
    assert result.score == 3.0


def test_submissions_side_by_side_share_no_cpu(pool: GradingPool, sound: Assignment) -> None:
    allowed = os.sched_getaffinity(0)
    tell = "import os\nprint(sorted(os.sched_getaffinity(0)))"
    at_once = threading.Barrier(2, timeout=60)

    def grade(number: int) -> GradeResult:
        # Neither is done, and gives its share back, before the other has begun.
        began = iter([at_once.wait])
        data = written(tell, *SOLVED)
        return pool.grade(sound, data, on_progress=lambda step: next(began, int)())

    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(grade, range(2)))
    one, other = (set(json.loads(result.cells[0].outputs[0].text)) for result in results)
    assert one | other <= allowed
    assert len(allowed) == 1 or not one & other


def test_what_is_broken_off_is_no_score(sound: Assignment) -> None:
    with GradingPool(workers=1, seed=b"secret") as pool:
        pool.abort()
        result = pool.grade(sound, written(*SOLVED))
    assert (result.status, result.score) == (Status.INFRASTRUCTURE_ERROR, None)


def test_a_checker_killed_between_submissions_is_replaced(sound: Assignment) -> None:
    with GradingPool(seed=b"secret") as pool:
        pool.grade(sound, written(*SOLVED))
        os.kill(pool._idle[0]._process.pid, signal.SIGKILL)
        assert pool.grade(sound, written(*SOLVED)).score == 3.0


@pytest.mark.slow
def test_a_checker_is_made_anew_after_its_share_of_submissions(
    sound: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "RECYCLE_AFTER", 2)
    with GradingPool(workers=1, seed=b"s") as pool:
        served = []
        for _ in range(5):
            assert pool.grade(sound, sound.notebook_path.read_bytes()).status == "graded"
            served.append(pool._idle[-1]._process.pid)
    assert served[0] != served[1] == served[2] != served[3] == served[4]
    for process in served:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_checker_whose_pool_is_gone_ends_without_a_word(sound: Assignment) -> None:
    command = [sys.executable, "-m", "autograder.grading.checker", str(sound.folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as checker:
        checker.stdin.close()
        checker.stdout.close()
        assert checker.stderr.read() == b""
    assert checker.returncode == 0


def test_a_check_that_prints_does_not_disturb_the_protocol(author: Any, pool: GradingPool) -> None:
    line = 'print("x" * 10_000); sys.__stdout__.write("y"); sys.__stdout__.flush()\n'
    line += '    os.write(1, b"z" * 100)\n    assert_close(student.double(1.0), 2.0)\n'
    result = pool.grade(author(DOUBLE_ONCE + line + HALVE), written(*SOLVED))
    assert result.score == 3.0


@pytest.mark.slow
def test_every_seed_gets_a_result_of_its_own(author: Any, pool: GradingPool) -> None:
    results = pool.grade_under_seeds(
        author(REVEALS), written(*SOLVED), [b"1", b"2", b"1"], submission="x"
    )
    messages = [result.questions[0].message for result in results]
    assert messages[0] == messages[2] != messages[1]
