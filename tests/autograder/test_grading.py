"""From a notebook to a verdict: who is at fault when something breaks, and who never is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import Assignment
from autograder.grading import GradingPool
from autograder.grading import pool as pool_module
from autograder.results import GradeResult, Status, Verdict, from_json, to_json
from tests.autograder.two import CHECKS, HALVE, SOLVED, two_functions, written

DOUBLE_ONCE = '@question("double", points=2)\ndef test_double(student, rng):\n    '


@pytest.fixture
def author(tmp_path: Path) -> Any:
    """Writes an assignment with these checks; its source notebook is solved."""

    def write(checks: str) -> Assignment:
        return two_functions(tmp_path, checks)

    return write


@pytest.fixture(scope="module")
def pool() -> Iterator[GradingPool]:
    with GradingPool(workers=2, seed=b"secret") as pool:
        yield pool


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return two_functions(tmp_path_factory.mktemp("sound"))


def verdicts(result: GradeResult) -> dict[str, str]:
    assert result.status is Status.GRADED, result.error
    return {question.name: str(question.verdict) for question in result.questions}


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


BROKEN = {
    "raises on everything": ("1 / 0", "ZeroDivisionError"),
    "is skipped": ('pytest.skip("not today")', "test_double"),
    "is expected to fail": ('pytest.xfail("known")', "test_double"),
    "ends the session": ('pytest.exit("enough")', ""),
    "ends the process": ("os._exit(0)", "checker process ended"),
    "interrupts": ("raise KeyboardInterrupt", ""),
}


@pytest.mark.parametrize(("line", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_check_that_breaks_by_itself_is_a_fault_of_ours(
    author: Any, pool: GradingPool, line: str, words: str
) -> None:
    result = pool.grade(author(DOUBLE_ONCE + line + "\n" + HALVE), written(*SOLVED))
    assert result.status is Status.INFRASTRUCTURE_ERROR
    assert (result.score, result.questions) == (None, ())
    assert words in result.error


def test_a_check_that_breaks_on_odd_answers_fails_that_question(
    author: Any, pool: GradingPool
) -> None:
    assignment = author(DOUBLE_ONCE + "assert student.double(3.0)[0] > 1 or True\n" + HALVE)
    assignment_of_lists = author_lists(assignment)
    result = pool.grade(assignment_of_lists, written("def double(x):\n    return {}", SOLVED[1]))
    assert verdicts(result) == {"double": "failed", "halve": "passed", "why": "pending"}
    assert "could not be used" in result.questions[0].message


def test_an_answer_that_a_check_has_no_memory_for_fails_that_question(
    author: Any, pool: GradingPool
) -> None:
    check = "n = int(student.double(3.0)[0])\n    assert len(bytearray(n)) == n\n"
    assignment = author_lists(author(DOUBLE_ONCE + check + HALVE))
    result = pool.grade(assignment, written("def double(x):\n    return [2**60]", SOLVED[1]))
    assert verdicts(result) == {"double": "failed", "halve": "passed", "why": "pending"}


def author_lists(assignment: Assignment) -> Assignment:
    """The same assignment, whose model solution returns a list."""
    source = written("def double(x):\n    return [2 * x]", SOLVED[1])
    assignment.notebook_path.write_bytes(source)
    return assignment


def test_a_check_that_broke_is_tried_on_the_source_with_the_same_hidden_inputs(
    author: Any, pool: GradingPool, tmp_path: Path
) -> None:
    note = tmp_path / "drawn"
    line = f"drawn = open({str(note)!r}, 'a').write(f'{{rng.integers(10**12)}}\\n')\n"
    line += "    assert student.double(3.0)[0] > 1 or True\n"
    assignment = author_lists(author(DOUBLE_ONCE + line + HALVE))
    result = pool.grade(assignment, written("def double(x):\n    return {}", SOLVED[1]))
    assert verdicts(result)["double"] == "failed"
    first, second = note.read_text(encoding="utf-8").split()
    assert first == second


def test_a_check_that_broke_and_that_the_source_does_not_pass_is_a_fault_of_ours(
    author: Any, pool: GradingPool
) -> None:
    """The source does not break it, but fails it: then nothing is known about the submission."""
    assignment = author(DOUBLE_ONCE + "assert_close(student.double(3.0)[0], 7.0)\n" + HALVE)
    result = pool.grade(
        author_lists(assignment), written("def double(x):\n    return {}", SOLVED[1])
    )
    assert result.status is Status.INFRASTRUCTURE_ERROR
    assert "test_double broke: KeyError" in result.error


UNUSABLE = {
    "points that do not add up": (
        CHECKS.replace("1.5", "1") + HALVE,
        "the checks of double give 1.5 points, expected 2",
    ),
    "a question without checks": (CHECKS, "the checks of halve give 0 points, expected 1"),
    "an unknown question": (CHECKS + HALVE.replace('"halve"', '"triple"'), "question triple"),
    "a check without a question": (CHECKS + HALVE + "def test_x(): pass\n", "no @question"),
    "a syntax error": ("def test_x(:\n", "SyntaxError"),
    "a failing import": ("import no_such_module\n", "no_such_module"),
}


@pytest.mark.parametrize(("checks", "words"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_checks_that_cannot_be_used_are_refused_with_the_reason(
    author: Any, pool: GradingPool, checks: str, words: str
) -> None:
    result = pool.grade(author(checks), written(*SOLVED))
    assert result.status is Status.INFRASTRUCTURE_ERROR
    assert words in result.error


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


def test_every_seed_gets_a_result_of_its_own(author: Any, pool: GradingPool) -> None:
    results = pool.grade_under_seeds(
        author(REVEALS), written(*SOLVED), [b"1", b"2", b"1"], submission="x"
    )
    messages = [result.questions[0].message for result in results]
    assert messages[0] == messages[2] != messages[1]
