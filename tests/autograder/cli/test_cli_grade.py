"""`heldout grade` as a script calls it: files written whole, one sentence for each misuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from autograder.cli import grade as command
from autograder.cli.grade import grade
from autograder.results import GradeResult, QuestionResult, Status, Verdict
from autograder.seeds import SeedError, secret_seed
from tests.autograder.tiny import ID, tiny_assignment
from tests.autograder.uploads import cell, upload


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an assignment and one notebook lie; grading itself is replaced by a fixed answer."""
    assignment = tiny_assignment(tmp_path / "assignments")
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(tmp_path / "assignments"))
    monkeypatch.setenv("HELDOUT_SEED", "secret")
    (tmp_path / "=alice.ipynb").write_bytes(upload(cell("x = 1")))

    def graded(_run: Any, sources: Any) -> list[GradeResult]:
        questions = (QuestionResult("double", "auto", 3.0, 3.0, Verdict.PASSED),)
        return [
            GradeResult(s.name, ID, Status.GRADED, 3.0, assignment.max_score, questions)
            for s in sources
        ]

    monkeypatch.setattr(command, "_results", graded)
    return tmp_path


def run(folder: Path, *options: str, path: str = "=alice.ipynb") -> Result:
    return CliRunner().invoke(grade, [ID, str(folder / path), *options])


def sentence(result: Result) -> str:
    assert (result.exit_code, result.exception.__class__) == (2, SystemExit)
    return result.output.splitlines()[-1]


def test_results_are_written_for_scripts_and_spreadsheets(folder: Path) -> None:
    files = {kind: folder / f"scores.{kind}" for kind in ("json", "csv")}
    result = run(folder, "--json", str(files["json"]), "--csv", str(files["csv"]))
    assert result.exit_code == 0
    (record,) = json.loads(files["json"].read_text(encoding="utf-8"))
    assert (record["submission"], record["score"]) == ("=alice", 3.0)
    with files["csv"].open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["submission"], row["double"], row["halve"]) == ("'=alice", "3", "")


def test_a_link_is_written_through_and_not_replaced(folder: Path) -> None:
    (folder / "real.json").touch()
    (folder / "link.json").symlink_to(folder / "real.json")
    assert run(folder, "--json", str(folder / "link.json")).exit_code == 0
    assert (folder / "link.json").is_symlink()
    assert json.loads((folder / "real.json").read_text(encoding="utf-8"))


def test_a_file_that_is_no_gradebook_is_refused_before_grading(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_results", lambda *_: pytest.fail("graded all the same"))
    (folder / "notes.txt").write_text("not a database", encoding="utf-8")
    result = run(folder, "--gradebook", str(folder / "notes.txt"))
    assert "is not an nbgrader gradebook" in sentence(result)
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "not a database"


def test_two_students_of_one_name_are_one_sentence_after_the_scores(folder: Path) -> None:
    for section in ("a", "b"):
        (folder / "class" / section).mkdir(parents=True)
        (folder / "class" / section / "x.ipynb").write_bytes(upload(cell("x = 1")))
    result = run(folder, "--gradebook", str(folder / "new.db"), path="class")
    assert "two submissions would be" in sentence(result)
    assert "2 graded" in result.output
    assert not (folder / "new.db").exists()


@pytest.mark.parametrize(
    ("path", "words"), [("nobody", "there is no file"), ("x" * 300, "cannot be read")]
)
def test_a_path_that_is_not_there_is_one_sentence(folder: Path, path: str, words: str) -> None:
    assert words in sentence(run(folder, path=path))


def test_an_empty_seed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HELDOUT_SEED", raising=False)
    (tmp_path / "seed").touch()
    with pytest.raises(SeedError, match="is empty"):
        secret_seed(tmp_path / "seed")
