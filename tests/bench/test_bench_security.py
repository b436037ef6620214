"""The comparison under attack is fair and honest: its tests, its controls, its counts."""

from __future__ import annotations

import ast
import doctest
import os
import select
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.sandbox.outside_launch import is_privileged
from reference import arrays
from tests import submissions
from tests.bench.security import report
from tests.bench.security.attacks import EMPTY, RELEASE, SOLVED, Attack, Canaries, attacks
from tests.bench.security.confine import Ended, confined
from tests.bench.security.hidden import HiddenTest, hidden_tests, literal
from tests.bench.security.otter import Otter, as_doctest, question_file
from tests.bench.security.peer import Peer
from tests.bench.security.system import FULL, Graded

PLENTY = 60.0
CANARIES = Canaries.planted("token")


@pytest.fixture(scope="module")
def tests() -> list[HiddenTest]:
    return hidden_tests(
        submissions.assignment(), seed=b"seed", digest="digest", canary=CANARIES.hidden_tests
    )


def functions() -> dict[str, Any]:
    return {name: getattr(arrays, name) for name in arrays.public_names()}


def graded(score: float | None, *, told: str = "", cells: str = "") -> Graded:
    return Graded(score, "", (told,), (cells,))


CONTROLS = {SOLVED: graded(FULL), RELEASE: graded(0.0), EMPTY: graded(0.0)}


def test_the_hidden_tests_are_worth_what_the_checks_are(tests: list[HiddenTest]) -> None:
    worth = {question.name: question.points for question in submissions.assignment().auto_questions}
    for question, points in worth.items():
        assert sum(test.points for test in tests if test.question == question) == points
    assert sum(test.points for test in tests) == FULL


def test_the_hidden_tests_pass_the_reference(tests: list[HiddenTest]) -> None:
    for test in tests:
        exec(test.code, functions())


@pytest.mark.parametrize(
    ("name", "mistaken"),
    [
        ("dense", lambda X, W, b: X @ W),
        ("perceptron", lambda x, w, b: np.array([arrays.perceptron(x, w, b)])),
        ("collapse_linear", lambda params: params[0]),
        ("xor_params", lambda: [(np.eye(2), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]),
    ],
)
def test_the_hidden_tests_catch_a_mistake(
    tests: list[HiddenTest], name: str, mistaken: Any
) -> None:
    failed = []
    for test in tests:
        try:
            exec(test.code, functions() | {name: mistaken})
        except AssertionError:
            failed.append(test.question)
    assert set(failed) == {name.removesuffix("_params")}


def test_the_numbers_depend_on_seed_and_submission(tests: list[HiddenTest]) -> None:
    other = hidden_tests(
        submissions.assignment(), seed=b"seed", digest="another", canary=CANARIES.hidden_tests
    )
    assert tests[0].code != other[0].code


def test_literals_are_exact() -> None:
    value = ([(np.array([[0.1, -1e-300]]), 1 / 3)], "relu", np.float64(2 / 3))
    back = eval(literal(value), {"np": np})
    assert back[0][0][1] == 1 / 3
    assert (back[0][0][0] == value[0][0][0]).all()
    assert back[1:] == ("relu", 2 / 3)


def test_a_question_in_otters_format_holds_every_statement(tests: list[HiddenTest]) -> None:
    namespace: dict[str, Any] = {}
    of_question = [test for test in tests if test.question == "xor"]
    exec(question_file("xor", of_question), namespace)
    case = namespace["test"]["suites"][0]["cases"][0]
    statements = [example.source for example in doctest.DocTestParser().get_examples(case["code"])]
    assert ast.dump(ast.parse("".join(statements))) == ast.dump(ast.parse(of_question[0].code))
    assert case["hidden"] is True
    assert namespace["test"]["points"] == [2]


def test_a_doctest_prompts_each_statement_once() -> None:
    assert as_doctest("def f():\n    return 1\nf()") == ">>> def f():\n...     return 1\n>>> f()\n"


def test_attacks_on_heldouts_inside_are_told_apart() -> None:
    specific = {attack.name for attack in attacks() if attack.specific}
    assert {"forging/replaces_the_session", "stealing/reads_the_runner"} <= specific
    assert not {"forging/strips_asserts", "stealing/environment"} & specific


def test_a_canary_is_found_where_markup_cuts_through_it() -> None:
    page = "<span>canary-of-the-</span><b>environment-token</b>"
    assert CANARIES.names_in([page]) == {"environment"}
    assert CANARIES.names_in(["canary-of-the-", "environment-token"]) == frozenset()


@pytest.mark.parametrize(
    "wrong",
    [{SOLVED: graded(17.25)}, {RELEASE: graded(0.5)}, {EMPTY: graded(2.0)}, {SOLVED: graded(None)}],
)
def test_a_control_with_a_wrong_score_refuses_to_report(wrong: dict[str, Graded]) -> None:
    with pytest.raises(report.Refused, match="expected"):
        report.report([], {"grader": CONTROLS | wrong}, CANARIES)


def test_what_attacks_achieve_is_counted_by_group() -> None:
    tried = [Attack(name, "", b"") for name in ("raises", "wins", "breaks", "reads")]
    tried.append(Attack("special", "", b"", specific=True))
    results = {
        "raises": graded(0.75),
        "wins": graded(FULL, told=CANARIES.file),
        "breaks": graded(None),
        "reads": graded(0.0, cells=CANARIES.environment),
        "special": graded(3.0),
    }
    found = report.report(tried, {"grader": CONTROLS | results}, CANARIES)
    general = report.Row("grader", report.GENERAL, 4, raised=2, full=1, read=1, shown=1, broken=1)
    special = report.Row("grader", report.SPECIFIC, 1, raised=1, full=0, read=0, shown=0, broken=0)
    assert found.rows == (general, special)
    assert [each.achieved for each in found.findings][:2] == [
        "0.75 points",
        "18 points, shows file",
    ]


def test_what_every_notebook_is_shown_is_no_attacks_success() -> None:
    shown = {RELEASE: graded(0.0, told=CANARIES.hidden_tests)}
    results = {"reads": graded(0.0, told=CANARIES.hidden_tests)}
    found = report.report([Attack("reads", "", b"")], {"g": CONTROLS | shown | results}, CANARIES)
    assert found.always_shown == {"g": ("hidden tests",)}
    assert found.rows[0].shown == 0


def test_nothing_survives_the_cage_and_a_command_without_end_is_ended(tmp_path: Path) -> None:
    survivor = "setsid sh -c 'echo alive >&3; touch started; exec sleep 4242' 3> pipe &"
    left = f"{survivor} while [ ! -e started ]; do sleep 0.05; done"
    os.mkfifo(tmp_path / "pipe")
    for command, seconds, status in ((left, PLENTY, 0), ("exec 3> pipe; sleep 4242", 1, None)):
        reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        ended = caged(command, tmp_path, seconds)
        assert ended.status == status, ended.output
        # The pipe ends when the last process that could write to it has ended.
        while select.select([reader], [], [], PLENTY)[0] and os.read(reader, 100):
            pass
        assert select.select([reader], [], [], 0)[0], "something still holds the pipe"
        os.close(reader)


def caged(command: str, home: Path, seconds: float = PLENTY) -> Ended:
    return confined(
        ["sh", "-c", command], environment=home, home=home, variables={}, seconds=seconds
    )


@pytest.mark.skipif(not is_privileged(), reason="an ordinary user has no other users to give away")
def test_no_two_cages_share_a_user(tmp_path: Path) -> None:
    users = {caged("id -u", tmp_path).output for _ in range(3)}
    assert len(users) == 3
    assert "0\n" not in users


class Damaged(Peer):
    """A grader that ran a notebook which wrote this in place of its results."""

    def __init__(self, report: str, home: Path) -> None:
        super().__init__("damaged", home, CANARIES)
        self._report = report

    def _hand_in(self, attack: Attack, folder: Path) -> None:
        pass

    def _run_grader(self, folder: Path) -> Ended:
        (folder / "report.json").write_text(self._report, encoding="utf-8")
        return Ended(0, "the log")

    _read = Otter._read


TEST = '{"name": "t", "score": %s}'
DAMAGED = {
    "no JSON": "18 points",
    "another shape": "[]",
    "no tests": '{"report": {"score": 18}, "notebook": ""}',
    "a score of words": '{"report": {"tests": [], "score": "all"}, "notebook": ""}',
    "a score without end": '{"report": {"tests": [], "score": Infinity}, "notebook": ""}',
    "a score that is true": '{"report": {"tests": [%s]}, "notebook": ""}' % (TEST % "true"),
    "a damaged notebook": '{"report": {"tests": [], "score": 18}, "notebook": "{"}',
    "without bottom": "[" * 100_000,
}


@pytest.mark.parametrize("report", DAMAGED.values(), ids=DAMAGED.keys())
def test_what_a_peer_wrote_and_nobody_can_read_is_no_score(report: str, tmp_path: Path) -> None:
    got = Damaged(report, tmp_path).grade(Attack("x", "", b""), tmp_path)
    assert got.score is None
    assert got.note.startswith("what it wrote cannot be read")
    assert got.told == ("the log",), "what it said is still searched for canaries"
