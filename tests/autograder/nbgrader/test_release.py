"""The student version: nothing secret is left in it, and nbgrader and the parser accept it."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.nbgrader.release import ReleaseError, release, release_notebook
from autograder.submitted.answers import written_answer
from autograder.submitted.notebook import parse_notebook
from tests.autograder.tiny import (
    ID,
    SOURCE,
    TOML,
    code,
    graded,
    source_cells,
    text,
    tiny_assignment,
)


def released(folder: Path, source: dict[str, Any] | None = None) -> nbformat.NotebookNode:
    return nbformat.reads(release_notebook(tiny_assignment(folder, source)).decode(), as_version=4)


def refusal(folder: Path, source: dict[str, Any], toml: str = TOML) -> str:
    with pytest.raises(ReleaseError) as caught:
        release_notebook(tiny_assignment(folder, source, toml))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_release_holds_no_solution_hidden_test_output_or_widget_state(tmp_path: Path) -> None:
    data = release_notebook(tiny_assignment(tmp_path))
    assert b"secret" in json.dumps(SOURCE).encode()
    assert b"secret" not in data
    assert b"BEGIN" not in data
    assert b'"execution_count": 3' not in data


def test_release_keeps_what_students_need(tmp_path: Path) -> None:
    notebook = released(tmp_path)
    title, solution, test, answer = notebook.cells
    assert title.source.startswith("# Tiny\n\n*Graded with Python 3.")
    assert "numpy" in title.source
    assert solution.source.startswith('def double(x):\n    """Twice x."""\n')
    assert solution.source.endswith("    # YOUR CODE HERE\n    raise NotImplementedError()")
    assert test.source == "assert double(2) == 4"
    assert answer.source == "**Answer (why):**\n\nYOUR ANSWER HERE"
    assert notebook.metadata.kernelspec.name == "python3"


def test_cells_are_locked_and_their_checksums_fit_the_release(tmp_path: Path) -> None:
    from nbgrader.utils import compute_checksum

    notebook = released(tmp_path)
    nbformat.validate(notebook)
    _, solution, test, answer = notebook.cells
    assert (test.metadata.deletable, test.metadata.editable) == (False, False)
    assert solution.metadata.deletable is False
    assert "editable" not in solution.metadata
    for cell in (solution, test, answer):
        assert cell.metadata.nbgrader.schema_version == 3
        assert cell.metadata.nbgrader.checksum == compute_checksum(cell)


def test_answer_line_of_the_author_is_kept_where_it_is(tmp_path: Path) -> None:
    source = copy.deepcopy(SOURCE)
    source["cells"][3]["source"] = (
        "**Answer (why):**\n\n### BEGIN SOLUTION\nthe secret\n### END SOLUTION"
    )
    answer = released(tmp_path, source).cells[3]
    assert answer.source == "**Answer (why):**\n\nYOUR ANSWER HERE"


def test_release_has_no_answer_until_the_student_writes_one(tmp_path: Path) -> None:
    data = release_notebook(tiny_assignment(tmp_path))
    assert written_answer(parse_notebook(data), "why") is None
    answered = parse_notebook(data.replace(b"YOUR ANSWER HERE", b"Because."))
    assert written_answer(answered, "why") == "Because."


def test_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    assignment = tiny_assignment(tmp_path)
    assert release_notebook(assignment) == release_notebook(assignment)


def test_release_can_be_released_again(tmp_path: Path) -> None:
    once = release_notebook(tiny_assignment(tmp_path))
    assert release_notebook(tiny_assignment(tmp_path, json.loads(once))) != b""


# Writing


def test_release_writes_the_notebook_and_the_data_files(tmp_path: Path) -> None:
    assignment = tiny_assignment(tmp_path, toml='files = ["data/rows.csv"]\n' + TOML)
    (assignment.folder / "data").mkdir()
    (assignment.folder / "data" / "rows.csv").write_bytes(b"1,2\n")
    output = tmp_path / "new" / "output"
    assert release(assignment, output) == output / f"{ID}.ipynb"
    assert (output / f"{ID}.ipynb").read_bytes() == release_notebook(assignment)
    assert (output / "data" / "rows.csv").read_bytes() == b"1,2\n"
    assert sorted(each.name for each in output.rglob("*") if each.is_file()) == [
        f"{ID}.ipynb",
        "rows.csv",
    ]


def test_release_replaces_an_older_one(tmp_path: Path) -> None:
    assignment = tiny_assignment(tmp_path)
    (tmp_path / f"{ID}.ipynb").write_text("old", encoding="utf-8")
    assert release(assignment, tmp_path).read_bytes() == release_notebook(assignment)


def test_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"cannot be written to .*file"):
        release(tiny_assignment(tmp_path), tmp_path / "file")


def test_interrupted_write_leaves_the_older_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    old = tmp_path / "out" / f"{ID}.ipynb"
    old.parent.mkdir()
    old.write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ReleaseError, match="No space left"):
        release(tiny_assignment(tmp_path), old.parent)
    assert [each.name for each in old.parent.iterdir()] == [old.name]
    assert old.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    "name", ["checks.py", "../other", "wrong/x.py", f"{ID}.ipynb", "missing.csv", "/etc/passwd"]
)
def test_file_that_is_no_data_of_the_assignment_is_refused(tmp_path: Path, name: str) -> None:
    assignment = tiny_assignment(tmp_path, toml=f'files = ["{name}"]\n{TOML}')
    (assignment.folder / "wrong").mkdir()
    (assignment.folder / "wrong" / "x.py").write_text("", encoding="utf-8")
    with pytest.raises(ReleaseError, match="data file"):
        release(assignment, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# Faults of the source notebook


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("### BEGIN SOLUTION\nx = 1", "'BEGIN SOLUTION' without END SOLUTION"),
        ("x = 1\n### END SOLUTION", "'END SOLUTION' without BEGIN SOLUTION"),
        ("### begin solution\nx = 1\n### end solution", "not nbgrader's spelling"),
        ("# BEGIN SOLUTIONS\nx = 1", "not nbgrader's spelling"),
        ("### BEGIN SOLUTION\n### BEGIN HIDDEN TESTS\n### END SOLUTION", "without"),
        ("### BEGIN SOLUTION\nx\n### END SOLUTION", "outside|non-solution|solution cells"),
        ("### BEGIN HIDDEN TESTS\nx\n### END HIDDEN TESTS", "non-grade"),
    ],
)
def test_solution_that_nbgrader_would_not_remove_stops_the_release(
    tmp_path: Path, source: str, words: str
) -> None:
    with pytest.raises(ReleaseError, match=words):
        released(tmp_path, source_cells(code(source)))


def test_wrong_metadata_of_a_cell_stops_the_release(tmp_path: Path) -> None:
    twice = source_cells(code("x", graded("double", solution=True)))
    assert "Duplicate grade id: double" in refusal(tmp_path, twice)
    old = copy.deepcopy(SOURCE)
    old["cells"][1]["metadata"]["nbgrader"]["schema_version"] = 1
    assert "schema" in refusal(tmp_path, old)
    nameless = copy.deepcopy(SOURCE)
    del nameless["cells"][1]["metadata"]["nbgrader"]["grade_id"]
    assert "grade_id" in refusal(tmp_path, nameless)


def test_manual_question_needs_its_one_answer_cell_with_its_points(tmp_path: Path) -> None:
    without = copy.deepcopy(SOURCE)
    del without["cells"][3]
    assert "0 graded cells with grade_id 'why'" in refusal(tmp_path, without)
    two = source_cells(text("x", graded("why", solution=True, points=2)))
    assert "2 graded cells" in refusal(tmp_path, two)
    more_points = TOML.replace("points = 2", "points = 4")
    assert "has 2 points, expected 4" in refusal(tmp_path, SOURCE, more_points)


def test_question_text_left_in_the_answer_cell_stops_the_release(tmp_path: Path) -> None:
    source = copy.deepcopy(SOURCE)
    source["cells"][3]["source"] = "Why?\n### BEGIN SOLUTION\nx\n### END SOLUTION"
    assert "still holds text" in refusal(tmp_path, source)


def test_missing_or_malformed_source_is_said(tmp_path: Path) -> None:
    assignment = tiny_assignment(tmp_path)
    assignment.notebook_path.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(ReleaseError, match="PNG image"):
        release_notebook(assignment)
    assignment.notebook_path.unlink()
    with pytest.raises(ReleaseError, match="cannot be read"):
        release_notebook(assignment)
    assert "valid notebook" in refusal(tmp_path, {**SOURCE, "metadata": 5})


@pytest.mark.slow
def test_nbgrader_is_not_imported_before_it_is_needed() -> None:
    program = "import sys, autograder.nbgrader.release; sys.exit('nbgrader' in sys.modules)"
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0


@pytest.mark.slow
def test_nbgrader_validate_passes_solved_and_fails_unsolved_release(tmp_path: Path) -> None:
    unsolved = release(tiny_assignment(tmp_path), tmp_path / "out")
    solved = unsolved.with_name("solved.ipynb")
    body = unsolved.read_text(encoding="utf-8").replace("YOUR ANSWER HERE", "Because.")
    solved.write_text(body.replace("raise NotImplementedError()", "return 2 * x"), encoding="utf-8")
    scripts = Path(sys.executable).parent
    finished = subprocess.run(
        [scripts / "nbgrader", "validate", solved, unsolved],
        env={**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    passed, failed = finished.stdout.split("VALIDATION FAILED ON ", maxsplit=1)
    assert "Success! Your notebook passes all the tests." in passed
    assert failed.startswith("2 CELL")
