"""The result cache: equal work is graded once, doubtful results never kept, damage is a miss."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from autograder.assignment import Assignment, load_assignment
from autograder.cache import DirectoryStore, MemoryStore, ResultCache, Store, is_steady
from autograder.grading import GradingPool, grader_version
from autograder.grading.protocol import Job
from autograder.receipt import Receipt, environment, file_sha256, limits, seed_id
from autograder.results import CellOutput, CheckResult, GradeResult, QuestionResult, Status, Verdict
from tests.autograder.two import SOLVED, two_functions, written

Grade = Callable[[], GradeResult]


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    return two_functions(tmp_path)


def job(*sources: str, name: str = "ada", seed: bytes = b"1", keep_outputs: bool = False) -> Job:
    return Job(name, written(*(sources or SOLVED)), (seed,), keep_outputs)


def graded(assignment: Assignment, **changes: Any) -> GradeResult:
    check = CheckResult("small", "double", "", 2.0, 2.0, Verdict.PASSED)
    receipt = Receipt(
        "0" * 64,
        "1" * 64,
        grader_version(assignment),
        environment(assignment),
        seed_id(b"1"),
        limits(assignment),
    )
    result = GradeResult(
        "first",
        assignment.id,
        Status.GRADED,
        2.0,
        assignment.max_score,
        (QuestionResult("double", "auto", 2.0, 2.0, Verdict.PASSED, "", (check,)),),
        grader_version=grader_version(assignment),
        receipt=receipt,
    )
    return replace(result, **changes)


class Counter:
    """Grades by giving a fixed result, and counts."""

    def __init__(self, result: GradeResult) -> None:
        self.result = result
        self.count = 0

    def __call__(self) -> GradeResult:
        self.count += 1
        return self.result


def test_equal_work_is_answered_under_the_new_name_and_file(assignment: Assignment) -> None:
    cache, grade = ResultCache(), Counter(graded(assignment))
    cache.answer(assignment, job(), grade)
    # Jupyter writes the same cells with other bytes: it is the same work in another file.
    other = job().data + b"\n"
    again = cache.answer(assignment, Job("bob", other, (b"1",)), grade)
    assert grade.count == 1
    assert (again.submission, again.score) == ("bob", 2.0)
    assert again.receipt is not None
    assert again.receipt.cached
    assert again.receipt.submission_sha256 == file_sha256(other)


def test_what_a_score_depends_on_is_in_the_key(assignment: Assignment) -> None:
    cache, grade = ResultCache(), Counter(graded(assignment))
    cache.answer(assignment, job(), grade)
    for other in (job("x = 1"), job(seed=b"2"), job(keep_outputs=True)):
        cache.answer(assignment, other, grade)
    assert grade.count == 4
    checks = assignment.checks_path
    checks.write_text(checks.read_text(encoding="utf-8") + "\n# stricter\n", encoding="utf-8")
    cache.answer(assignment, job(), Counter(graded(assignment)))
    cache.answer(load_assignment(assignment.folder), job(), grade)
    assert grade.count == 4  # the changed checks' own result answers


def test_another_environment_is_another_key(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, grade = ResultCache(), Counter(graded(assignment))
    cache.answer(assignment, job(), grade)
    monkeypatch.setattr("autograder.receipt.platform.python_version", lambda: "3.99.0")
    cache.answer(assignment, job(), grade)
    assert grade.count == 2


def timed_out(assignment: Assignment) -> GradeResult:
    check = CheckResult("small", "double", "", 2.0, 0.0, Verdict.TIMEOUT)
    question = QuestionResult("double", "auto", 0.0, 2.0, Verdict.TIMEOUT, "", (check,))
    return graded(assignment, questions=(question,))


def with_restart(assignment: Assignment) -> GradeResult:
    result = graded(assignment)
    assert result.receipt is not None
    return replace(result, receipt=replace(result.receipt, restarts=1))


@pytest.mark.parametrize(
    "made",
    [
        lambda a: graded(a, status=Status.INFRASTRUCTURE_ERROR, error="ours"),
        lambda a: graded(a, status=Status.REJECTED),
        lambda a: graded(a, cells=(CellOutput(0, "timeout"),)),
        lambda a: graded(a, cells=(CellOutput(0, "memory"),)),
        lambda a: graded(a, receipt=None),
        timed_out,
        with_restart,
    ],
)
def test_what_the_machine_may_have_caused_is_graded_every_time(
    assignment: Assignment, made: Callable[[Assignment], GradeResult]
) -> None:
    result = made(assignment)
    assert not is_steady(result)
    cache, grade = ResultCache(), Counter(result)
    for _ in range(2):
        cache.answer(assignment, job(), grade)
    assert grade.count == 2


def test_a_result_of_an_older_grader_is_not_kept(assignment: Assignment) -> None:
    cache, grade = ResultCache(), Counter(graded(assignment, grader_version="0+old"))
    for _ in range(2):
        cache.answer(assignment, job(), grade)
    assert grade.count == 2


@pytest.mark.parametrize("damage", [b"", b"{}", b"half", None])
def test_a_damaged_entry_is_a_miss_and_mended(
    assignment: Assignment, tmp_path: Path, damage: bytes | None
) -> None:
    cache = ResultCache(DirectoryStore(tmp_path / "kept"))
    grade = Counter(graded(assignment))
    cache.answer(assignment, job(), grade)
    (entry,) = [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    entry.write_bytes(entry.read_bytes().replace(b"2.0", b"9.0") if damage is None else damage)
    assert cache.answer(assignment, job(), grade).score == 2.0
    assert grade.count == 2
    assert ResultCache(DirectoryStore(tmp_path / "kept")).answer(assignment, job(), grade)
    assert grade.count == 2


def test_a_folder_that_takes_nothing_costs_only_the_cache(
    assignment: Assignment, tmp_path: Path
) -> None:
    store = DirectoryStore(tmp_path / "kept")
    (tmp_path / "kept").rmdir()
    (tmp_path / "kept").write_text("a file in its place", encoding="utf-8")
    grade = Counter(graded(assignment))
    for _ in range(2):
        assert ResultCache(store).answer(assignment, job(), grade).score == 2.0
    assert grade.count == 2


def test_kept_results_can_be_read_by_their_owner_alone(tmp_path: Path) -> None:
    DirectoryStore(tmp_path / "kept").put("ab" * 32, b"secret messages")
    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "kept").rglob("*")}
    assert modes | {(tmp_path / "kept").stat().st_mode & 0o077} == {0}


def test_the_memory_forgets_the_oldest() -> None:
    store: Store = MemoryStore(most=2)
    for key in "abc":
        store.put(key, key.encode())
    assert [store.get(key) for key in "abc"] == [None, b"b", b"c"]


def test_a_folder_forgets_what_was_not_asked_for_longest(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path, most_bytes=256 * 25)
    for day, key in enumerate(("ab1", "ab2"), start=1):
        store.put(key, bytes(10))
        os.utime(tmp_path / "ab" / key, (day, day))
    store.put("cd1", bytes(10))
    assert store.get("ab1") == bytes(10)
    store.put("ab3", bytes(10))
    assert [store.get(key) is None for key in ("ab1", "ab2", "ab3", "cd1")] == [0, 1, 0, 0]


def test_equal_work_that_comes_at_once_is_graded_once(assignment: Assignment) -> None:
    cache, begun, go = ResultCache(), threading.Event(), threading.Event()
    calls: list[int] = []

    def slow() -> GradeResult:
        calls.append(1)
        begun.set()
        assert go.wait(60)
        return graded(assignment)

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(cache.answer, assignment, job(), slow)
        assert begun.wait(60)
        others = [threads.submit(cache.answer, assignment, job(name="b"), slow) for _ in range(3)]
        go.set()
        assert first.result().submission == "first"
        assert {each.result().submission for each in others} == {"b"}
    assert len(calls) == 1


def test_who_waits_for_equal_work_that_failed_grades_it_himself(assignment: Assignment) -> None:
    cache, begun, go = ResultCache(), threading.Event(), threading.Event()

    def fails() -> GradeResult:
        begun.set()
        assert go.wait(60)
        raise RuntimeError("broke")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.answer, assignment, job(), fails)
        assert begun.wait(60)
        second = threads.submit(cache.answer, assignment, job(), Counter(graded(assignment)))
        go.set()
        with pytest.raises(RuntimeError):
            first.result()
        assert second.result().score == 2.0


def test_a_pool_answers_from_its_cache_unless_told_to_grade_afresh(
    assignment: Assignment, tmp_path: Path
) -> None:
    draws = "import os\ndouble = (lambda x: 2 * x) if os.urandom(1) else None"
    data = written(draws, SOLVED[1])
    with GradingPool(seed=b"1", cache=ResultCache(DirectoryStore(tmp_path / "kept"))) as pool:
        found = [
            pool.grade(assignment, data, submission=name, keep_outputs=False, fresh=fresh)
            for name, fresh in (("a", False), ("b", False), ("c", True))
        ]
    cached = [result.receipt is not None and result.receipt.cached for result in found]
    assert cached == [False, True, False]
    assert [result.submission for result in found] == ["a", "b", "c"]
    assert len({result.score for result in found}) == 1


def test_a_real_timeout_is_not_kept(assignment: Assignment, tmp_path: Path) -> None:
    toml = assignment.folder / "assignment.toml"
    text = toml.read_text(encoding="utf-8").replace("cell_seconds = 20", "cell_seconds = 0.5")
    toml.write_text(text, encoding="utf-8")
    hangs = written("while True: pass", *SOLVED)
    with GradingPool(seed=b"1", cache=ResultCache(DirectoryStore(tmp_path / "kept"))) as pool:
        result = pool.grade(load_assignment(assignment.folder), hangs, keep_outputs=False)
    assert result.score == 3.0
    assert not list((tmp_path / "kept").iterdir())
