"""A receipt gives the same score again, and says in a sentence what is not as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from autograder.cli.grade import grade
from autograder.cli.replay import replay
from autograder.grading import GradingPool
from autograder.receipt import seal_holds, sealed, seed_id
from autograder.results import GradeResult, Status
from tests.autograder.two import SOLVED, two_functions, written

pytestmark = pytest.mark.slow

SEED = "the course's seed"
HALF_RIGHT = "def double(x):\n    return 2 * x if x > 1e6 else 3 * x"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an assignment, a graded notebook and its receipt."""
    folder = tmp_path_factory.mktemp("graded")
    two_functions(folder)
    (folder / "ada.ipynb").write_bytes(written(HALF_RIGHT, SOLVED[1]))
    options = ["--receipts", str(folder / "receipts"), "--seed", SEED]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELDOUT_ASSIGNMENTS", str(folder))
        done = CliRunner().invoke(grade, ["a01_two", str(folder / "ada.ipynb"), *options])
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def home(graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to tamper with; the receipt still names the notebook of the original."""
    shutil.copytree(graded, tmp_path / "copy")
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(tmp_path / "copy"))
    return tmp_path / "copy"


def replayed(home: Path, *words: str, seed: str = SEED) -> Result:
    receipt = str(home / "receipts" / "ada.json")
    return CliRunner().invoke(replay, [receipt, *words, "--seed", seed])


def change(home: Path, **values: Any) -> None:
    path = home / "receipts" / "ada.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | values), encoding="utf-8")


def test_the_same_work_under_the_same_conditions_gives_the_same_score(home: Path) -> None:
    done = replayed(home)
    assert (done.exit_code, done.output) == (0, "ada: the same score, question by question (3).\n")


def test_a_receipt_says_what_the_score_depends_on_and_not_the_seed(home: Path) -> None:
    text = (home / "receipts" / "ada.json").read_text(encoding="utf-8")
    record = json.loads(text)
    receipt = record["receipt"]
    assert SEED not in text
    assert receipt["seed_id"] == seed_id(SEED.encode())
    assert {"python", "numpy", "heldout", "ipython", "threads"} <= set(receipt["environment"])
    assert receipt["limits"]["cell_seconds"] == 20.0
    assert receipt["grader_version"] == record["grader_version"]
    assert set(receipt["timings"]) == {"parse", "cells", "calls", "checks", "close"}
    assert sum(receipt["timings"].values()) == pytest.approx(record["seconds"], rel=0.2)


def test_a_tampered_score_is_noticed_twice(home: Path) -> None:
    record = json.loads((home / "receipts" / "ada.json").read_bytes())
    questions = [{**each, "score": each["max_score"]} for each in record["questions"][:1]]
    change(home, score=3.0, questions=questions + record["questions"][1:])
    done = replayed(home)
    assert done.exit_code == 1
    assert "its seal does not hold" in done.output
    assert "double: the receipt says 2/2 partial, now 0.5/2 partial." in done.output
    assert "score: the receipt says 3, now 1.5." in done.output


def test_a_change_that_no_score_shows_breaks_the_seal_as_well(home: Path) -> None:
    change(home, submission="eve")
    done = replayed(home)
    assert done.exit_code == 1
    assert "its seal does not hold" in done.output
    assert "the same score" in done.output


def test_another_seed_is_said_and_other_scores_are_what_counts(home: Path) -> None:
    done = replayed(home, seed="another")
    assert done.exit_code == 0
    assert "The secret seed is another one" in done.output
    assert "seal cannot be checked" in done.output


def test_another_notebook_is_not_graded_at_all(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GradingPool, "grade", lambda *_, **__: pytest.fail("graded all the same"))
    (home / "ada.ipynb").write_bytes(written(*SOLVED))
    done = replayed(home, str(home / "ada.ipynb"))
    assert done.exit_code == 1
    assert "The notebook is not the one of the receipt" in done.output


def test_the_same_cells_in_another_file_are_the_same_work(home: Path) -> None:
    (home / "again.ipynb").write_bytes((home / "ada.ipynb").read_bytes() + b"\n")
    assert replayed(home, str(home / "again.ipynb")).exit_code == 0


def test_changed_checks_are_said_and_so_is_what_they_change(home: Path) -> None:
    checks = home / "a01_two" / "checks.py"
    text = checks.read_text(encoding="utf-8")
    checks.write_text(text.replace("student.halve(6.0), 3.0", "student.halve(6.0), 4.0"))
    done = replayed(home)
    assert done.exit_code == 1
    assert "The grader version is" in done.output
    assert "halve: the receipt says 1/1 passed, now 0/1 failed." in done.output


def test_another_python_is_refused_unless_it_is_asked_for(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("receipt", "replay"):
        monkeypatch.setattr(f"autograder.{module}.platform.python_version", lambda: "3.99.0")
    done = replayed(home)
    assert done.exit_code == 2
    assert "this is 3.99.0: replay it there" in done.output
    done = replayed(home, "--other-python")
    assert done.exit_code == 0
    assert "python is 3.99.0, the receipt's 3." in done.output


def test_an_infrastructure_error_is_status_3(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = GradeResult("ada", "a01_two", Status.INFRASTRUCTURE_ERROR, None, 6.0, error="broke")
    monkeypatch.setattr(GradingPool, "grade", lambda *_, **__: broken)
    done = replayed(home)
    assert (done.exit_code, "could not be graded: broke" in done.output) == (3, True)


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "is not a receipt"), ("[]", "is not a receipt"), ('{"score": 1}', "is not a receipt")],
)
def test_what_is_no_receipt_is_one_sentence(home: Path, content: str, words: str) -> None:
    (home / "receipts" / "ada.json").write_text(content, encoding="utf-8")
    done = replayed(home)
    assert (done.exit_code, words in done.output) == (2, True)


def test_a_notebook_that_is_gone_is_asked_for(home: Path) -> None:
    change(home, source=str(home / "nowhere.ipynb"))
    done = replayed(home)
    assert (done.exit_code, "name it after the receipt" in done.output) == (2, True)


def test_only_the_seed_makes_and_holds_a_seal() -> None:
    record = sealed({"score": 1.0, "name": "a"}, b"seed")
    assert seal_holds(record, b"seed")
    assert not seal_holds(record, b"other")
    assert not seal_holds({**record, "score": 2.0}, b"seed")
    assert not seal_holds({"score": 1.0}, b"seed")
