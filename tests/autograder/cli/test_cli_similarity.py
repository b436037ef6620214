"""`heldout similarity` as a script calls it: pairs on the terminal and in a file, no server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder.cli import group
from tests.autograder.similarity.test_similarity import ORIGINAL, _renamed
from tests.autograder.tiny import ID, tiny_assignment
from tests.autograder.uploads import cell, upload


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A release, a notebook, a disguised copy of it, and one that is the release alone."""
    work = tmp_path / "work"
    work.mkdir()
    given = cell("def given(a, b):\n    return [a, b]")
    (tmp_path / f"{ID}.ipynb").write_bytes(upload(given))
    for name, code in {"ada": ORIGINAL, "bob [b]": _renamed(ORIGINAL), "eve": "x = 1"}.items():
        (work / f"{name}.ipynb").write_bytes(upload(given, cell(code)))
    return work


def run(folder: Path, *options: object, path: str = "") -> Result:
    release = folder.parent / f"{ID}.ipynb"
    arguments = ["similarity", str(folder / path), "--release", str(release), *map(str, options)]
    return CliRunner().invoke(group, arguments, env={"COLUMNS": "200"})


def test_a_disguised_copy_is_named_with_its_figure(folder: Path) -> None:
    file = folder.parent / "pairs.json"
    found = run(folder, "--json", file)
    assert found.exit_code == 0
    assert "ada and bob [b]" in found.output
    assert "3 notebooks compared: 1 pair shares code." in found.output
    (pair,) = json.loads(file.read_text(encoding="utf-8"))
    assert (pair["left"], pair["right"]) == ("ada", "bob [b]")
    assert pair["right_source"].endswith("bob [b].ipynb")
    assert pair["figure"] > 0.7
    assert f"{pair['figure']:.0%}" in found.output


def test_what_the_release_gives_does_not_count(folder: Path) -> None:
    (folder.parent / f"{ID}.ipynb").write_bytes(upload(cell(ORIGINAL)))
    (folder / "bob [b].ipynb").write_bytes(upload(cell(ORIGINAL), cell("y = 2")))
    found = run(folder)
    assert (found.exit_code, found.output) == (0, "3 notebooks compared: 0 pairs share code.\n")


def test_an_nbgrader_tree_names_its_students(folder: Path) -> None:
    for student, name in (("s1", "ada"), ("s2", "bob [b]")):
        place = folder.parent / "course" / "submitted" / student / ID
        place.mkdir(parents=True)
        (place / f"{ID}.ipynb").write_bytes((folder / f"{name}.ipynb").read_bytes())
    release = folder.parent / f"{ID}.ipynb"
    command = ["similarity", str(folder.parent / "course"), "--release", str(release)]
    found = CliRunner().invoke(group, command)
    assert (found.exit_code, "s1 and s2" in found.output) == (0, True)


def test_the_release_of_an_assignment_is_made(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_assignment(tmp_path / "assignments")
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(tmp_path / "assignments"))
    found = CliRunner().invoke(group, ["similarity", str(folder), "--assignment", ID])
    assert (found.exit_code, "ada and bob [b]" in found.output) == (0, True)


def test_what_cannot_be_read_is_named_and_the_rest_compared(folder: Path) -> None:
    (folder / "zoe.ipynb").write_bytes(b"\x89PNG")
    found = run(folder)
    assert found.exit_code == 0
    assert "zoe.ipynb is not compared: " in found.stderr
    assert "3 notebooks compared" in found.stdout


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--assignment", "a01"], "by --release or by --assignment"),
        (["--json", "none/pairs.json"], "cannot write none/pairs.json"),
        (["--json", "/"], "cannot write /"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(
    folder: Path, options: list[str], sentence: str
) -> None:
    found = run(folder, *options)
    assert (found.exit_code, sentence in found.output) == (2, True)


def test_less_than_two_notebooks_or_no_release_is_refused(folder: Path) -> None:
    one = run(folder, path="ada.ipynb")
    assert (one.exit_code, "1 of 1 notebooks can be read" in one.output) == (2, True)
    none = run(folder, path="none")
    assert (none.exit_code, "no file or folder" in none.output) == (2, True)
    (folder.parent / f"{ID}.ipynb").write_bytes(b"no notebook")
    refused = run(folder)
    assert (refused.exit_code, f"{ID}.ipynb: " in refused.output) == (2, True)
