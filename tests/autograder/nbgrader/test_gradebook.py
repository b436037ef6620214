"""The gradebook gives nbgrader the same scores, as a file and through `nbgrader export`."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from autograder.assignment import Assignment, load_assignment
from autograder.nbgrader.gradebook import GradebookError, student_id, write_gradebook
from autograder.results import GradeResult, QuestionResult, Status, Verdict
from tests.autograder.tiny import ID, TOML, tiny_assignment

pytestmark = pytest.mark.slow

SCRIPTS = Path(sys.executable).parent


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    return tiny_assignment(tmp_path)


@pytest.fixture(scope="module")
def empty_gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: nbgrader starts a program for every new gradebook, which takes seconds."""
    path = tmp_path_factory.mktemp("gradebook") / "empty.db"
    write_gradebook(path, tiny_assignment(path.parent), [])
    return path


@pytest.fixture
def path(tmp_path: Path, empty_gradebook: Path) -> Path:
    return Path(shutil.copy(empty_gradebook, tmp_path / "grade book?%20.db"))


def graded(
    name: str, double: float = 3, halve: float = 0.25, why: float | None = None, **changes: Any
) -> GradeResult:
    questions = (
        QuestionResult("double", "auto", double, 3, Verdict.PASSED),
        QuestionResult("halve", "auto", halve, 0.5, Verdict.PARTIAL),
        QuestionResult("why", "manual", why, 2, Verdict.PENDING),
    )
    values: dict[str, Any] = {
        "submission": name,
        "assignment": ID,
        "status": Status.GRADED,
        "score": double + halve + (why or 0),
        "max_score": 5.5,
        "questions": questions,
    }
    return GradeResult(**{**values, **changes})


def exported(path: Path, folder: Path) -> dict[str, dict[str, str]]:
    """What `nbgrader export` makes of the gradebook, by student."""
    table = folder / "grades.csv"
    environment = {**os.environ, "PATH": f"{SCRIPTS}:{os.environ['PATH']}", "HOME": str(folder)}
    subprocess.run(
        [SCRIPTS / "nbgrader", "export", "--db", f"sqlite:///{path}", "--to", table],
        env=environment,
        cwd=folder,
        capture_output=True,
        check=True,
    )
    with table.open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def scores(path: Path) -> dict[str, tuple[float, float, bool]]:
    """Score, maximum and whether staff must grade, by student, through nbgrader.api."""
    from nbgrader.api import Gradebook

    with Gradebook(URL.create("sqlite", database=str(path))) as gradebook:
        return {
            each.student.id: (each.score, each.max_score, each.needs_manual_grade)
            for each in gradebook.assignment_submissions(ID)
        }


def cell_grades(path: Path, student: str) -> dict[str, dict[str, Any]]:
    from nbgrader.api import Gradebook

    with Gradebook(URL.create("sqlite", database=str(path))) as gradebook:
        notebook = gradebook.find_submission_notebook(ID, ID, student)
        return {grade.name: grade.to_dict() for grade in notebook.grades}


def set_grade(path: Path, student: str, cell: str, **values: Any) -> None:
    """What a grader enters in nbgrader."""
    from nbgrader.api import Gradebook

    with Gradebook(URL.create("sqlite", database=str(path))) as gradebook:
        grade = gradebook.find_grade(cell, ID, ID, student)
        for name, value in values.items():
            setattr(grade, name, value)
        gradebook.db.commit()


def refusal(path: Path, assignment: Assignment, results: Sequence[GradeResult]) -> str:
    with pytest.raises(GradebookError) as caught:
        write_gradebook(path, assignment, results)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_nbgrader_export_reads_the_same_scores(
    path: Path, assignment: Assignment, tmp_path: Path
) -> None:
    path = path.rename(tmp_path / "gradebook.db")
    write_gradebook(path, assignment, [graded("alice"), graded("Bób, Jr", 1.5, 0.5, why=2)])
    rows = exported(path, tmp_path)
    assert {student: float(row["score"]) for student, row in rows.items()} == {
        "alice": 3.25,
        "Bób_ Jr": 4.0,
    }
    assert {(row["assignment"], float(row["max_score"])) for row in rows.values()} == {(ID, 5.5)}


def test_manual_questions_wait_for_staff_until_they_have_a_score(
    path: Path, assignment: Assignment
) -> None:
    write_gradebook(path, assignment, [graded("alice"), graded("bob", why=1)])
    assert scores(path) == {"alice": (3.25, 5.5, True), "bob": (4.25, 5.5, False)}
    waiting = cell_grades(path, "alice")
    assert {name: grade["needs_manual_grade"] for name, grade in waiting.items()} == {
        "double": False,
        "halve": False,
        "why": True,
    }
    assert (waiting["why"]["cell_type"], waiting["double"]["cell_type"]) == ("markdown", "code")
    assert (waiting["double"]["auto_score"], waiting["double"]["max_score"]) == (3, 3)


def test_writing_again_updates_and_adds(path: Path, assignment: Assignment) -> None:
    write_gradebook(path, assignment, [graded("alice", 1), graded("bob")])
    write_gradebook(path, assignment, [graded("alice", 2), graded("carol", 0)])
    expected = {"alice": 2.25, "bob": 3.25, "carol": 0.25}
    assert {student: score for student, (score, _, _) in scores(path).items()} == expected
    write_gradebook(path, assignment, [graded("alice", 2), graded("carol", 0)])
    assert {student: score for student, (score, _, _) in scores(path).items()} == expected
    assert len(cell_grades(path, "alice")) == 3


def test_what_staff_entered_survives_a_regrade(path: Path, assignment: Assignment) -> None:
    write_gradebook(path, assignment, [graded("alice")])
    set_grade(path, "alice", "why", manual_score=1.5, needs_manual_grade=False)
    set_grade(path, "alice", "halve", extra_credit=1)
    write_gradebook(path, assignment, [graded("alice", 2)])
    assert scores(path) == {"alice": (2 + 0.25 + 1 + 1.5, 5.5, False)}


def test_changed_points_change_the_maximum(
    path: Path, assignment: Assignment, tmp_path: Path
) -> None:
    write_gradebook(path, assignment, [graded("alice")])
    dearer = tiny_assignment(tmp_path, toml=TOML.replace("points = 3", "points = 6"))
    write_gradebook(path, dearer, [graded("bob", 6)])
    assert {student: each[:2] for student, each in scores(path).items()} == {
        "alice": (3.25, 8.5),
        "bob": (6.25, 8.5),
    }


def test_only_graded_submissions_get_rows(path: Path, assignment: Assignment) -> None:
    empty: dict[str, Any] = {"score": None, "questions": ()}
    results = [
        graded("alice"),
        graded("bad", status=Status.REJECTED, **empty),
        graded("broken", status=Status.INFRASTRUCTURE_ERROR, **empty),
    ]
    write_gradebook(path, assignment, results)
    assert list(scores(path)) == ["alice"]


def test_later_rejection_keeps_the_earlier_score(path: Path, assignment: Assignment) -> None:
    write_gradebook(path, assignment, [graded("alice")])
    write_gradebook(path, assignment, [graded("alice", status=Status.REJECTED, questions=())])
    assert scores(path)["alice"][0] == 3.25


def test_two_assignments_share_a_gradebook(
    path: Path, assignment: Assignment, tmp_path: Path
) -> None:
    home = assignment.folder.with_name("a02_tiny")
    assignment.folder.rename(home)
    write_gradebook(path, assignment, [graded("alice")])
    write_gradebook(path, load_assignment(home), [graded("alice", 1, assignment="a02_tiny")])
    assert scores(path)["alice"][0] == 3.25


def test_gradebook_without_results_is_still_a_gradebook(path: Path) -> None:
    assert scores(path) == {}


def test_alembic_is_found_although_the_path_lacks_it(
    tmp_path: Path, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.db"
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    write_gradebook(path, assignment, [graded("alice")])
    assert os.environ["PATH"] == "/usr/bin:/bin"
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


# Refusals


def test_other_files_are_refused_and_left_as_they_are(path: Path, assignment: Assignment) -> None:
    path.write_bytes(b"name,score\n")
    assert "is not an nbgrader gradebook" in refusal(path, assignment, [graded("alice")])
    assert path.read_bytes() == b"name,score\n"
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.commit()
    before = path.read_bytes()
    assert "is not an nbgrader gradebook" in refusal(path, assignment, [graded("alice")])
    assert path.read_bytes() == before


def test_grade_cells_of_nbgraders_own_pipeline_are_not_mixed_with_ours(
    path: Path, assignment: Assignment
) -> None:
    from nbgrader.api import Gradebook

    write_gradebook(path, assignment, [graded("alice")])
    with Gradebook(URL.create("sqlite", database=str(path))) as gradebook:
        gradebook.add_grade_cell("test_double", ID, ID, max_score=0, cell_type="code")
    write_gradebook(path, assignment, [graded("alice", 1)])
    with Gradebook(URL.create("sqlite", database=str(path))) as gradebook:
        gradebook.find_grade_cell("test_double", ID, ID).max_score = 3
        gradebook.db.commit()
    assert "another grade cell" in refusal(path, assignment, [graded("alice", 2)])
    assert scores(path)["alice"][0] == 1.25


def test_two_submissions_of_one_student_are_refused(tmp_path: Path, assignment: Assignment) -> None:
    path = tmp_path / "new.db"
    assert "'a_b'" in refusal(path, assignment, [graded("a,b"), graded('a"b')])
    assert not path.exists()


def test_result_of_another_assignment_is_refused(path: Path, assignment: Assignment) -> None:
    other = graded("alice", assignment="a02_other")
    assert "a02_other, expected a01_tiny" in refusal(path, assignment, [other])


def test_folder_that_does_not_exist_is_said(tmp_path: Path, assignment: Assignment) -> None:
    path = tmp_path / "missing" / "book.db"
    assert "cannot be written" in refusal(path, assignment, [graded("alice")])


def test_locked_gradebook_is_said_and_unchanged(path: Path, assignment: Assignment) -> None:
    write_gradebook(path, assignment, [graded("alice")])
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "locked" in refusal(path, assignment, [graded("alice", 0)])
        other.rollback()
    assert scores(path)["alice"][0] == 3.25


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("alice", "alice"),
        ("José 李", "José 李"),
        ("-5+3", "_5+3"),
        ("=HYPERLINK(1,2)", "_HYPERLINK(1_2)"),
        ("\t@x", "_@x"),
        ("a\r\nb", "a__b"),
        ("", "_"),
        ("n" * 500, "n" * 128),
    ],
)
def test_student_ids_fit_nbgraders_csv(name: str, student: str) -> None:
    assert student_id(name) == student
