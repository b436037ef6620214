"""`heldout new`: an assignment that is sound at once, and the record of that proof."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.assignment import AssignmentError, load_assignment
from autograder.cli.new import new, write_assignment
from autograder.cli.validate import validate as validate_command
from autograder.grading import GradingPool
from autograder.proof.validate import validate
from autograder.proof.validation_record import Soundness, record, soundness

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_the_command_writes_an_assignment_named_after_its_id(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(tmp_path))
    done = CliRunner().invoke(new, ["a08_gated_units"])
    assert "heldout validate a08_gated_units" in done.output
    assignment = load_assignment(tmp_path / "a08_gated_units")
    assert assignment.title == "Gated units"
    assert assignment.notebook_path.is_file()
    assert "# Gated units" in assignment.notebook_path.read_text(encoding="utf-8")
    assert {question.kind for question in assignment.questions} == {"auto", "manual"}


@pytest.mark.parametrize("name", ["", "A01", "../a01", "a b", "1a", "a" * 65])
def test_a_name_that_is_none_writes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(AssignmentError, match="cannot be an assignment's id"):
        write_assignment(name, "T", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_assignment_that_exists_stays_as_it_is(tmp_path: Path) -> None:
    home = write_assignment("a08_mine", "T", tmp_path)
    (home / "checks.py").write_text("# mine", encoding="utf-8")
    with pytest.raises(AssignmentError, match="exists already"):
        write_assignment("a08_mine", "T", tmp_path)
    assert (home / "checks.py").read_text(encoding="utf-8") == "# mine"


def test_a_title_with_quotes_does_not_break_its_files(tmp_path: Path) -> None:
    home = write_assignment("a08_quotes", 'Say "no"\\\n[[questions]]', tmp_path)
    assert load_assignment(home).title == "Say 'no'''[[questions]]"


def test_what_is_written_is_sound_at_once(tmp_path: Path) -> None:
    assignment = load_assignment(write_assignment("a08_new", "New", tmp_path))
    with GradingPool(workers=1) as pool:
        report = validate(assignment, pool, seeds=[b"a seed of tests"], workers=1)
    assert [claim for claim in report.claims if not claim.holds] == []


@pytest.mark.parametrize("changed", ["checks.py", "a08_new.ipynb", "wrong/centre_by_rows.py"])
def test_the_record_of_a_proof_is_stale_once_anything_it_depends_on_changes(
    tmp_path: Path, changed: str
) -> None:
    assignment = load_assignment(write_assignment("a08_new", "New", tmp_path))
    assert soundness(assignment) is Soundness.UNKNOWN
    assert record(assignment, sound=True, seeds=3, at=NOW)
    assert soundness(assignment) is Soundness.SOUND
    path = assignment.folder / changed
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert soundness(assignment) is Soundness.CHANGED


def test_a_proof_that_failed_is_remembered_and_a_broken_record_is_none(tmp_path: Path) -> None:
    assignment = load_assignment(write_assignment("a08_new", "New", tmp_path))
    record(assignment, sound=False, seeds=3, at=NOW)
    assert soundness(assignment) is Soundness.UNSOUND
    (assignment.folder / ".validated.json").write_text("{}", encoding="utf-8")
    assert soundness(assignment) is Soundness.UNKNOWN


def test_an_installed_heldout_says_where_it_would_write_and_writes_nothing(
    tmp_path: Path, monkeypatch
) -> None:
    installed = tmp_path / "site-packages" / "assignments"
    monkeypatch.setattr("autograder.cli.new.assignments_folder", lambda: installed)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(new, ["a08_mine"])
    assert isinstance(done.exception, AssignmentError)
    assert f"would write {tmp_path / 'assignments' / 'a08_mine'}" in str(done.exception)
    assert list(tmp_path.iterdir()) == []
    done = CliRunner().invoke(new, ["a08_mine", "--folder", "assignments"])
    assert done.exit_code == 0
    assert load_assignment(tmp_path / "assignments" / "a08_mine").title == "Mine"


def test_validate_writes_what_it_found_as_json(tmp_path: Path) -> None:
    home = write_assignment("a08_new", "New", tmp_path)
    file = tmp_path / "found.json"
    done = CliRunner().invoke(validate_command, [str(home), "--seeds", "1", "--json", str(file)])
    assert done.exit_code == 0
    (found,) = json.loads(file.read_text(encoding="utf-8"))
    assert (found["assignment"], found["sound"], found["seeds"]) == ("a08_new", True, 1)
    assert found["done"] == found["total"] > len(found["solutions"])
    assert set(found["adversaries"]["zero"]) == {"centre", "standardise"}
    assert found["mutants"] is None
    wrong = next(each for each in found["solutions"] if each["name"].startswith("wrong/"))
    assert wrong["lost"] == wrong["expected"] != []
    missing = tmp_path / "none" / "found.json"
    assert CliRunner().invoke(validate_command, [str(home), "--json", str(missing)]).exit_code == 2
