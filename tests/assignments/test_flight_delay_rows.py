"""What students of the capstone get and what stays hidden never meet."""

from __future__ import annotations

import json
from types import ModuleType

import numpy as np
import pytest

from autograder.assignment import find_assignment
from reference.data import load_digits, load_flights

FOLDER = find_assignment("a06_flight_delay").folder
LOAD = {"flights": load_flights, "digits": load_digits}
by_name = pytest.mark.parametrize("name", LOAD)


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType]:
    """The modules beside the checks, found as the checks find them."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import protocol
    import rows

    return rows, protocol


def in_order(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Rows with their labels, sorted: equal for equal sets of rows."""
    table = np.column_stack([X, y])
    return table[np.lexsort(table.T)]


@by_name
def test_public_and_hidden_rows_together_are_all_rows(name: str, modules: tuple) -> None:
    rows, _ = modules
    public, hidden, whole = rows.public_rows(name), rows.hidden_rows(name), LOAD[name]()
    both = in_order(np.vstack([public.X, hidden.X]), np.concatenate([public.y, hidden.y]))
    assert np.array_equal(both, in_order(whole.X, whole.y))


@by_name
def test_the_released_file_holds_the_public_rows_alone(name: str, modules: tuple) -> None:
    rows, _ = modules
    public = rows.public_rows(name)
    with np.load(FOLDER / f"{name}_public.npz", allow_pickle=False) as file:
        assert np.array_equal(in_order(file["X"], file["y"]), in_order(public.X, public.y))
        assert sorted(file.files) == ["X", "y"]


@by_name
def test_the_ramps_leave_the_measured_reference_a_margin(name: str, modules: tuple) -> None:
    _, protocol = modules
    ramp = {"flights": protocol.AUC_RAMP, "digits": protocol.ACCURACY_RAMP}[name]
    measured = json.loads((FOLDER / "measured.json").read_text(encoding="utf-8"))
    reference = measured["scores"][name]["reference"]
    assert measured["ramps"][name] == ramp
    assert measured["gradings"] >= 20
    assert measured["rows"][name] == dict(zip(("train", "test"), protocol.SIZES[name], strict=True))
    assert ramp["high"] < reference["mean"] - 5 * reference["spread"]
    assert measured["scores"][name]["first 100 rows"]["mean"] < ramp["low"]


def test_the_curve_counts_late_hours_from_the_surest_prediction_down(modules: tuple) -> None:
    _, protocol = modules
    truth = np.repeat([1.0, 0.0], [50, 150])
    found = protocol.late_hours_found(-np.arange(200.0), truth)
    assert len(found) == 100
    assert found[:26].tolist() == pytest.approx([*np.arange(1, 26) / 25, 1])
    turned = protocol.late_hours_found(np.arange(200.0), truth)
    assert turned[74] == 0
    assert turned[-1] == 1


def test_the_references_curve_can_be_drawn_and_beats_the_list_as_it_comes(modules: tuple) -> None:
    _, protocol = modules
    curve = protocol.reference_curve()
    assert len(curve) == 100
    assert curve == sorted(curve)
    assert curve[19] > 0.4
    assert curve[-1] == 1
