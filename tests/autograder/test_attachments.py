"""What a check attaches beside its verdict: drawn where it can be, else dropped without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from autograder.attachments import MOST_CURVES, MOST_PLOTS, MOST_VALUES, collected, measure, plot
from autograder.cli.files import Outputs
from autograder.grading import GradingPool
from autograder.results import GradeResult, Measure, from_json, to_json
from autograder.sandbox.wire import Handle
from autograder.submitted.intake import Source
from tests.autograder.two import HALVE, SOLVED, two_functions, written


def drawn(values: Any) -> tuple[float, ...] | None:
    with collected() as attached:
        plot("Loss", x="epoch", y="BCE", curves={"yours": values, "other": [1.0, 2.0]})
    return attached.plots[0].curves[0].values if attached.plots else None


@pytest.mark.parametrize(
    "values",
    [[1, 2.5], (1.0, 2.5), np.array([1.0, 2.5]), [np.float32(1), np.array(2.5)]],
    ids=["list", "tuple", "array", "scalars of NumPy"],
)
def test_numbers_in_any_usual_form_are_drawn(values: Any) -> None:
    assert drawn(values) == (1.0, 2.5)


@pytest.mark.parametrize(
    "values",
    [
        *(None, 3.0, "12", {"a": 1}, [], [1.0], [1, "2"], [[1, 2], [3, 4]], [True, False]),
        *(np.ones((2, 2)), np.array(["a", "b"]), np.array([True, False]), [1j, 2j]),
        *([10**400, 1], [1.0] * (MOST_VALUES + 1), np.ones(MOST_VALUES + 1)),
        *([float("nan"), 1.0, 2.0], [1.0, float("inf")], [1e300, 1e300], Handle(1, "Model")),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_cannot_be_drawn_is_dropped_without_an_error(values: Any) -> None:
    assert drawn(values) is None


def test_a_curve_ends_before_the_first_number_that_is_not_finite() -> None:
    with collected() as attached:
        plot("Loss", x="epoch", y="BCE", curves={"yours": [3.0, 2.0, float("inf"), 1.0]})
    (curve,) = attached.plots[0].curves
    assert (curve.values, curve.cut) == ((3.0, 2.0), True)


def test_few_digits_are_kept_so_that_a_plot_carries_no_hidden_input_out() -> None:
    assert drawn([0.123456789, 1e-200]) == (0.1235, 0.0)


def test_a_bad_curve_beside_the_students_is_left_out_alone() -> None:
    with collected() as attached:
        plot("Loss", x="epoch", y="BCE", curves={"yours": [2, 1], "broken": None, "right": [1, 0]})
    assert [curve.label for curve in attached.plots[0].curves] == ["yours", "right"]


def test_plots_curves_and_texts_have_a_most() -> None:
    many = {f"{number}" * 100: [1, 2] for number in range(MOST_CURVES + 3)}
    with collected() as attached:
        for _ in range(MOST_PLOTS + 2):
            plot("T" * 500, x="x" * 500, y="y" * 500, curves=many)
    assert len(attached.plots) == MOST_PLOTS
    assert len(attached.plots[0].curves) == MOST_CURVES
    shown = attached.plots[0]
    assert max(map(len, (shown.title, shown.x, shown.y, shown.curves[0].label))) == 80


def test_attaching_outside_of_a_grading_does_nothing() -> None:
    plot("Loss", x="epoch", y="BCE", curves={"yours": [1, 2]})
    measure("AUC", 0.5)


def test_a_measure_that_is_no_number_is_dropped_and_the_last_one_counts() -> None:
    with collected() as attached:
        measure("AUC", 0.5)
        measure("AUC", float("nan"))
        measure("AUC", 0.75)
    assert attached.measure == Measure("AUC", 0.75)


@pytest.mark.parametrize(
    ("value", "final", "kept"),
    [
        (0.75, 0.5, Measure("AUC", 0.75, 0.5)),
        (0.75, np.float64(0.5), Measure("AUC", 0.75, 0.5)),
        (0.75, None, Measure("AUC", 0.75)),
        (0.75, float("nan"), Measure("AUC", 0.75)),
        (0.75, float("inf"), Measure("AUC", 0.75)),
        (float("nan"), 0.5, None),
    ],
)
def test_a_number_on_the_final_rows_comes_with_the_boards_or_not_at_all(
    value: float, final: float | None, kept: Measure | None
) -> None:
    with collected() as attached:
        measure("AUC", value, final=final)
    assert attached.measure == kept


def test_a_result_of_before_there_were_final_numbers_is_read() -> None:
    assert msgspec.json.decode(b'{"what": "AUC", "value": 0.5}', type=Measure).final is None


CHECKS = """
from autograder.checks import fail, measure, plot
@question("double", points=1)
def test_double(student, rng):
    '''`double(x)` is 2x.'''
    plot("Losses", x="epoch", y="loss", curves={"yours": student.double([3.0, 1.0])})
    measure("twice", student.double(0.25), final=student.double(0.125))
    fail("Not this time.")

@question("double", points=1)
def test_double_again(student, rng):
    '''`double(x)` is 2x.'''
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, GradeResult]:
    folder: Path = tmp_path_factory.mktemp("attachments")
    assignment = two_functions(folder, CHECKS + HALVE)
    lists = "def double(x):\n    return [2 * v for v in x] if isinstance(x, list) else 2 * x"
    with GradingPool(seed=b"secret") as pool:
        return {
            name: pool.grade(assignment, written(source, SOLVED[1]))
            for name, source in {"right": lists, "odd": "def double(x):\n    return 0.5"}.items()
        }


def test_what_a_failed_check_attached_is_in_the_result_and_travels(
    graded: dict[str, GradeResult],
) -> None:
    first, second = graded["right"].questions[0].checks
    assert first.plots[0].curves[0].values == (6.0, 2.0)
    assert graded["right"].measure == Measure("twice", 0.5, 0.25)
    assert (second.plots, second.measure) == ((), None)
    assert from_json(to_json(graded["right"])) == graded["right"]


def test_what_was_measured_is_in_the_record_for_staff(graded: dict[str, GradeResult]) -> None:
    told = {"what": "twice", "value": 0.5, "final": 0.25}
    assert graded["right"].record()["measure"] == told
    assert "measure" not in replace(graded["right"], questions=()).record()


def test_staffs_file_has_the_final_number_and_a_receipt_does_not(
    graded: dict[str, GradeResult], tmp_path: Path
) -> None:
    source = Source("ada", "ada.ipynb", "ada", lambda: b"")
    outputs = Outputs(tmp_path / "all.json", None, None, tmp_path)
    assignment = two_functions(tmp_path, CHECKS + HALVE)
    assert outputs.write(assignment, [source], [graded["right"]], b"secret") == ""
    (record,) = json.loads((tmp_path / "all.json").read_bytes())
    assert record["measure"]["final"] == 0.25
    receipt = json.loads((tmp_path / f"{record['submission']}.json").read_bytes())
    assert "measure" not in receipt
    assert receipt["questions"] == record["questions"]


def test_odd_curves_change_neither_score_nor_verdict(graded: dict[str, GradeResult]) -> None:
    assert graded["odd"].questions[0].checks[0].plots == ()
    scores = {name: [q.score for q in found.questions] for name, found in graded.items()}
    assert scores["odd"] == scores["right"]
    assert [q.verdict for q in graded["odd"].questions] == [
        q.verdict for q in graded["right"].questions
    ]
