"""No control flow of a check turns a finding into points; what is excused says so."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.findings import Finding, excusing, fail, noting, settled
from autograder.grading import GradingPool
from autograder.results import Status, Verdict
from tests.autograder.two import DOUBLE_ONCE, HALVE, SOLVED, verdicts, written

SWALLOW = {
    "bare": "try:\n        student.double(1.0)\n    except:\n        pass",
    "of everything": "try:\n        student.double(1.0)\n    except BaseException:\n        return",
    "suppress": "import contextlib\n    with contextlib.suppress(Exception):\n"
    "        student.double(1.0)",
    "finally": "try:\n        student.double(1.0)\n    finally:\n        return",
    "a ramp": "try:\n        student.double(1.0)\n    except Exception:\n"
    "        ramp(0.6, low=0.5, high=1)",
    "a comparison": "try:\n        assert_close(student.halve(1.0), 7.0)\n    except Exception:\n"
    "        pass\n    student.double(1.0)",
}


@pytest.mark.parametrize("lines", SWALLOW.values(), ids=SWALLOW.keys())
def test_a_check_cannot_swallow_a_finding(author: Any, pool: GradingPool, lines: str) -> None:
    work = written("def double(x):\n    raise ValueError('no')", SOLVED[1])
    result = pool.grade(author(DOUBLE_ONCE + lines + "\n" + HALVE), work)
    assert verdicts(result) == {"double": "error", "halve": "passed", "why": "pending"}
    assert result.score == 1.0


FATES = {
    "a timeout": ("while True: pass", "timeout"),
    "a lost process": ("import os; os._exit(0)", "error"),
    "memory": ("return bytearray(10**12)", "memory"),
    "no answer that can be read": ("return {1.5: 2}", "failed"),
    "an argument changed": ("x[0] = 7.0", "failed"),
}


@pytest.mark.parametrize(("body", "verdict"), FATES.values(), ids=FATES.keys())
def test_no_fate_of_a_call_can_be_swallowed(
    author: Any, pool: GradingPool, body: str, verdict: str
) -> None:
    lines = "for _ in range(2):\n        try:\n            student.double([1.0])\n"
    lines += "        except:\n            pass\n"
    assignment = author(DOUBLE_ONCE + lines + HALVE)
    toml = assignment.folder / "assignment.toml"
    hasty = toml.read_text("utf-8").replace("[limits]", "[limits]\ncall_seconds = 2")
    toml.write_text(hasty, encoding="utf-8")
    work = written(f"def double(x):\n    {body}", SOLVED[1])
    result = pool.grade(str(assignment.folder), work)
    assert verdicts(result) == {"double": verdict, "halve": "passed", "why": "pending"}


EXCUSING = (
    "from autograder.checks import excusing\n    with excusing() as excused:\n"
    "        student.halve(1.0)\n    assert excused.finding is not None\n"
    "    assert_close(student.double(1.0), 2.0)\n"
)


def test_what_a_check_excuses_costs_nothing(author: Any, pool: GradingPool) -> None:
    work = written(SOLVED[0], "def halve(x):\n    raise ValueError('no')")
    result = pool.grade(author(DOUBLE_ONCE + EXCUSING + HALVE), work)
    assert verdicts(result) == {"double": "passed", "halve": "error", "why": "pending"}


def test_the_first_finding_inside_is_the_one_that_is_excused() -> None:
    with noting() as notes:
        with excusing() as excused:
            for message in ("first", "second"):
                try:
                    raise fail(message)
                except Finding:
                    continue
        assert excused.finding is not None
        assert excused.finding.message == "first"
        with excusing() as nothing:
            pass
        assert nothing.finding is None
    assert notes == []


def test_a_check_may_say_in_its_own_words_what_gives_no_more() -> None:
    with noting() as notes:
        partial = Finding(Verdict.PARTIAL, "half", credit=0.5)
        nothing = fail("nothing")
        later = fail("in other words")
    assert settled(later, notes) is later
    assert settled(partial, notes) is nothing
    assert settled(None, notes) is nothing
    assert settled(None, [partial]) is partial
    assert settled(None, []) is None
    broken = KeyError("x")
    assert settled(broken, notes) is broken, "a check that breaks is looked at on its own"


FRESH = """with student.fresh() as other:
        assert_close(other.double(0.0), 1.0)
        assert_close(other.double(0.0), 2.0)
    assert_close(student.double(0.0), 1.0)
"""
COUNTING = "calls = []\ndef double(x):\n    calls.append(x)\n    return float(len(calls))"


def counting(author: Any, checks: str) -> Any:
    assignment = author(checks)
    assignment.notebook_path.write_bytes(written(COUNTING, SOLVED[1]))
    return assignment


def test_a_fresh_student_has_been_told_nothing(author: Any, pool: GradingPool) -> None:
    lines = "assert_close(student.double(0.0), 1.0)\n    "
    result = pool.grade(
        counting(author, DOUBLE_ONCE + lines + FRESH + HALVE), written(COUNTING, SOLVED[1])
    )
    assert verdicts(result) == {"double": "passed", "halve": "passed", "why": "pending"}
    assert result.receipt is not None
    assert result.receipt.restarts == 0


def test_a_fresh_check_begins_in_a_process_that_others_told_nothing(
    author: Any, pool: GradingPool
) -> None:
    checks = "".join(
        f'@question("double", points={points}{fresh})\ndef test_{name}(student, rng):\n'
        f"    assert_close(student.double(0.0), {count})\n"
        for name, points, fresh, count in (
            ("first", 0.5, "", 1.0),
            ("second", 0.5, "", 2.0),
            ("third", 0.5, ", fresh=True", 1.0),
            ("fourth", 0.5, "", 2.0),
        )
    )
    work = written(COUNTING, SOLVED[1])
    result = pool.grade(counting(author, checks + HALVE), work)
    assert verdicts(result) == {"double": "passed", "halve": "passed", "why": "pending"}


@pytest.mark.parametrize("asked", ["student", "student.opaque", "student.forgiving"])
def test_one_student_is_not_asked_in_the_run_of_another(
    author: Any, pool: GradingPool, asked: str
) -> None:
    lines = f"with student.fresh() as other:\n        {asked}.double(0.0)\n"
    result = pool.grade(author(DOUBLE_ONCE + lines + HALVE), written(*SOLVED))
    assert result.status is Status.INFRASTRUCTURE_ERROR
    assert "run" in result.error


def test_a_student_does_not_outlive_its_run(author: Any, pool: GradingPool) -> None:
    lines = "with student.fresh() as first:\n        pass\n    with student.fresh() as second:\n"
    result = pool.grade(
        author(DOUBLE_ONCE + lines + "        first.double(0.0)\n" + HALVE), written(*SOLVED)
    )
    assert result.status is Status.INFRASTRUCTURE_ERROR


def test_a_fault_of_ours_that_a_check_swallows_is_no_score(author: Any, pool: GradingPool) -> None:
    lines = (
        "from autograder.sandbox.outside_launch import SandboxError\n"
        "    def broken(*words, **more):\n        raise SandboxError('no proof')\n"
        "    student._execution._session.call = broken\n"
        "    try:\n        student.double(1.0)\n    except Exception:\n        pass\n"
    )
    result = pool.grade(author(DOUBLE_ONCE + lines + HALVE), written(*SOLVED))
    assert result.status is Status.INFRASTRUCTURE_ERROR
    assert "no proof" in result.error


STANDING_IN = """def half(x, by=2.0):
        return x / by
    def apply(f, x):
        return f(f(x))
    with student.fresh(halve=half, apply=apply) as other:
        assert_close(other.double(6.0), 12.0)
        assert_close(other.twice(6.0), 1.5)
        assert_close(other.named(6.0), 2.0)
        assert_close(other.within(6.0), 3.0)
    assert_close(student.double(6.0), 8.0)
"""
LEANING = """def halve(x): return 1.5
def apply(f, x): return 0.0
def double(x): return 4 * halve(x) if halve(x) != 1.5 else 8.0
def twice(x): return apply(lambda y: y / 2, x)
def named(x): return halve(x, by=3.0)
def within(x): return apply(lambda y: halve(y, by=2.0 ** 0.5), x)
"""


def test_what_stands_in_is_called_in_place_of_the_notebooks_own(
    author: Any, pool: GradingPool
) -> None:
    checks = DOUBLE_ONCE + STANDING_IN + HALVE.replace("6.0), 3.0", "6.0), 1.5")
    assignment = author(checks)
    assignment.notebook_path.write_bytes(written(LEANING))
    result = pool.grade(assignment, written(LEANING))
    assert [q.message for q in result.questions if q.kind == "auto"] == ["", ""]


def test_functions_that_call_each_other_across_the_boundary_come_to_an_end(
    author: Any, pool: GradingPool
) -> None:
    lines = "with student.fresh(halve=lambda f: f(1.0)) as other:\n        other.double(1.0)\n"
    endless = "def halve(f): return 0.0\ndef double(x): return halve(lambda y: halve(double))"
    assignment = author(DOUBLE_ONCE + lines + HALVE)
    assignment.notebook_path.write_bytes(written(*SOLVED))
    result = pool.grade(assignment, written(endless))
    assert verdicts(result)["double"] in ("error", "failed")
