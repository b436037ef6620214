"""The comparison with an unhardened sandbox measures what it says, and stays out of the product."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.assignment import find_assignment
from autograder.sandbox import outside_mounts, wire
from autograder.sandbox.outside_launch import Sandbox
from tests.bench import hardening, unhardened


def test_the_two_sandboxes_differ_and_the_products_is_the_hardened_one() -> None:
    with hardening.both(find_assignment("a01_perceptron")) as (hardened, plain):
        assert (hardening.is_hardened(hardened), hardening.is_hardened(plain)) == (True, False)
        with Sandbox(("numpy",)) as later:
            later.wait_until_ready()
            assert hardening.is_hardened(later), "what was replaced is back"


def test_a_function_that_the_product_lost_ends_the_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        unhardened._REPLACED, "wire.py", "\ndef no_such_function(body):\n    pass\n"
    )
    with pytest.raises(unhardened.NothingToReplace, match="no_such_function"):
        unhardened.write_inside(tmp_path)


def test_what_is_replaced_is_put_back_after_an_error(tmp_path: Path) -> None:
    kept = outside_mounts._inside, wire._survey
    broken = pytest.raises(ZeroDivisionError)
    with broken, unhardened.mounted(tmp_path), unhardened.without_survey():
        _ = 1 / 0
    assert (outside_mounts._inside, wire._survey) == kept


def test_the_figures_are_written(tmp_path: Path) -> None:
    file = tmp_path / "cost.json"
    options = ["--notebooks", "2", "--rounds", "1", "--json", str(file)]
    done = CliRunner().invoke(hardening.main, options, catch_exceptions=False)
    assert "ratio:" in done.output
    cost = json.loads(file.read_text(encoding="utf-8"))
    assert cost["ratio"] == pytest.approx(cost["hardened"] / cost["unhardened"])
