"""Grades that go to Canvas and nbgrader, and back."""

from __future__ import annotations

import csv
import io
import sqlite3

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from autograder.nbgrader.gradebook import GradebookError, write_gradebook
from autograder.nbgrader.gradebook_reading import read_gradebook
from autograder.results import GradeResult, Status
from tests.webapp.graders import result
from webapp.cli.gradebook import gradebook as command
from webapp.gradebook.to_nbgrader import export_course
from webapp.models import (
    AuditEntry,
    Content,
    Course,
    ManualGrade,
    Submission,
    User,
)

GRADES = "/courses/dl/staff/grades"


def canvas_import(text: str) -> dict[str, dict[str, str]]:
    """What Canvas's importer reads: by its rules, scores by login and title."""
    rows = list(csv.reader(io.StringIO(text)))
    header, points, *students = rows
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert header[2:5] == ["SIS User ID", "SIS Login ID", "Section"]
    assert "Points Possible" in points[0]
    assert all(len(row) == len(header) for row in rows)
    assert all(float(value) > 0 for value in points[5:])
    return {row[3]: dict(zip(header[5:], row[5:], strict=True)) for row in students}


def test_canvas_reads_every_score(auth, graded, session):
    graded("ada", result(score=2.5))
    bob = session.scalars(sa.select(User).where(User.name == "Bob")).one()
    bob.name = "=1+1"
    session.commit()
    text = auth.login("ina").get(f"{GRADES}/canvas.csv").text
    found = canvas_import(text)
    assert found == {
        "ada@example.edu": {"The perceptron": "2.5"},
        "bob@example.edu": {"The perceptron": ""},
    }
    assert "'=1+1" in text


@pytest.fixture(scope="module")
def empty_gradebook(tmp_path_factory):
    """Made once: nbgrader starts a program for every new gradebook, which takes seconds."""
    from autograder.assignment import Assignment, Limits

    path = tmp_path_factory.mktemp("gradebook") / "empty.db"
    folder = path.parent
    write_gradebook(path, Assignment("a00_none", "None", folder, (), Limits(), ()), [])
    return path.read_bytes()


@pytest.fixture
def exported(session, tmp_path, empty_gradebook):
    """Writes the course to a gradebook file."""

    def export():
        path = tmp_path / "gradebook.db"
        path.write_bytes(empty_gradebook)
        course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
        session.expire_all()
        export_course(session, course, path)
        return path

    return export


def nbgrader_says(path) -> dict[str, tuple[float, float]]:
    """Score and points by student, through nbgrader's own interface."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{path}") as book:
        found = book.assignment_submissions("a01_demo")
        return {
            s.student.id: (max(0.0, s.score - (s.late_submission_penalty or 0)), s.max_score)
            for s in found
        }


@pytest.mark.slow
def test_nbgrader_says_the_same_scores(auth, graded, exported):
    submission = graded("ada", result(score=2.5))
    graded("bob", result(score=1))
    path = f"/courses/dl/staff/submissions/{submission.id}/grades/why"
    auth.login("gil").post(path, {"points": "1.5", "comment": "Good."})
    found = nbgrader_says(exported())
    assert found == {"ada@example.edu": (4.0, 5.0), "bob@example.edu": (1.0, 5.0)}


def test_nbgrader_says_what_staff_gave_for_a_notebook_that_was_refused(auth, graded, exported):
    graded("bob", result(score=1))
    refused = graded(
        "ada", GradeResult("work", "a01_demo", Status.REJECTED, None, 5, error="It is empty.")
    )
    form = {"points": "3.5", "reason": "Read by hand"}
    ina = auth.login("ina")
    path = f"/courses/dl/staff/submissions/{refused.id}/override"
    assert ina.post(path, form).status_code == 303
    book = exported()
    assert nbgrader_says(book) == {"ada@example.edu": (3.5, 5.0), "bob@example.edu": (1.0, 5.0)}
    page = upload(ina, book.read_bytes()).text
    assert "has no graded" not in page


@pytest.mark.parametrize("adjustment", [-0.75, 0.5])
def test_what_counts_beyond_the_questions_is_a_penalty_or_extra_credit(
    tmp_path, empty_gradebook, adjustment
):
    import msgspec

    from autograder.assignment import Assignment, Limits, Question

    path = tmp_path / "gradebook.db"
    path.write_bytes(empty_gradebook)
    questions = (Question("dense", 3), Question("why", 2, "manual"))
    assignment = Assignment("a01_demo", "Demo", tmp_path, (), Limits(), questions)
    named = msgspec.structs.replace(result(score=2), submission="ada")
    write_gradebook(path, assignment, [named], adjustments={"ada": adjustment})
    assert nbgrader_says(path) == {"ada": (2 + adjustment, 5.0)}
    write_gradebook(path, assignment, [named], adjustments={"ada": 0.0})
    assert nbgrader_says(path) == {"ada": (2.0, 5.0)}


def grade_in_nbgrader(path, student: str, points: float, comment: str = "") -> None:
    """What staff do in nbgrader's formgrader."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{path}") as book:
        grade = book.find_grade("why", "a01_demo", "a01_demo", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        if comment:
            from nbgrader.api import Comment

            book.db.add(Comment(notebook=grade.notebook, cell=grade.cell, manual_comment=comment))
        book.db.commit()


def upload(visitor, data: bytes):
    file = {"gradebook": (io.BytesIO(data), "gradebook.db")}
    return visitor.post("/courses/dl/staff/gradebook", file)


def token_in(page: str) -> str:
    return page.split('name="token" value="')[1].split('"')[0]


def test_what_was_graded_in_nbgrader_comes_home_after_a_look(auth, graded, exported, session):
    submission = graded("ada", result(score=3))
    graded("bob", result(score=1))
    path = exported()
    grade_in_nbgrader(path, "ada@example.edu", 1.25, "Say <b>more</b>.")
    ina = auth.login("ina")
    page = upload(ina, path.read_bytes()).text
    assert "Say &lt;b&gt;more" in page
    assert session.scalar(sa.select(sa.func.count(ManualGrade.id))) == 0
    taken = ina.post("/courses/dl/staff/gradebook/take", {"token": token_in(page)})
    assert taken.status_code == 303
    session.expire_all()
    assert session.get_one(Submission, submission.id).score == 4.25
    grade = session.scalars(sa.select(ManualGrade)).one()
    assert (grade.points, grade.comment) == (1.25, "Say <b>more</b>.")
    assert session.scalars(sa.select(AuditEntry.action)).all() == ["grade written answer"]
    assert session.scalar(sa.select(sa.func.count()).select_from(Content)) == 1
    again = upload(ina, exported().read_bytes()).text
    assert "0 written answers" in again
    assert nbgrader_says(exported())["ada@example.edu"] == (4.25, 5.0)


def test_what_cannot_be_taken_is_told(auth, graded, exported):
    graded("ada", result(score=3))
    graded("bob", result(score=1))
    path = exported()
    grade_in_nbgrader(path, "ada@example.edu", 9)
    with sqlite3.connect(path) as book:
        book.execute("UPDATE student SET id = 'eve' WHERE id LIKE 'bob%'")
        book.execute(
            "UPDATE submitted_assignment SET student_id = 'eve' WHERE student_id LIKE 'bob%'"
        )
        book.execute("UPDATE grade SET manual_score = 0.5 WHERE auto_score = 3")
    page = upload(auth.login("ina"), path.read_bytes()).text
    assert "why of a01_demo by Ada has 9 points, expected 0 to 2." in page
    assert "eve is no student of this course." in page
    assert "has 0.5 points in nbgrader, but its checks gave 3." in page
    assert "Take " not in page


@pytest.mark.parametrize("data", [b"not a database", b"SQLite format 3\x00" + b"\x00" * 100])
def test_a_file_that_is_no_gradebook_is_refused(auth, data, tmp_path):
    response = upload(auth.login("ina"), data)
    assert response.status_code == 422
    assert "is not an nbgrader gradebook" in response.text


def test_a_gradebook_of_another_course_or_time_is_not_taken(auth, graded, exported, app, session):
    graded("ada")
    path = exported()
    grade_in_nbgrader(path, "ada@example.edu", 1)
    ina = auth.login("ina")
    token = token_in(upload(ina, path.read_bytes()).text)
    eve = auth.login("eve")
    assert eve.post("/courses/other/staff/gradebook/take", {"token": token}).status_code == 409
    assert ina.post("/courses/dl/staff/gradebook/take", {"token": token[:-1]}).status_code == 409
    assert session.scalar(sa.select(sa.func.count(ManualGrade.id))) == 0


def test_a_gradebook_whose_numbers_are_texts_is_refused(exported, graded):
    graded("ada")
    path = exported()
    with sqlite3.connect(path) as book:
        book.execute("UPDATE grade SET manual_score = 'many'")
    with pytest.raises(GradebookError, match="holds a grade that is not one"):
        read_gradebook(path)


@pytest.mark.slow
def test_the_download_is_a_gradebook(auth, graded, tmp_path):
    graded("ada", result(score=3))
    response = auth.login("ina").get(f"{GRADES}/gradebook.db")
    assert response.status_code == 200
    path = tmp_path / "downloaded.db"
    path.write_bytes(response.data)
    assert nbgrader_says(path)["ada@example.edu"] == (3.0, 5.0)


def test_the_command_line_does_the_same(settings, graded, exported, session, monkeypatch, tmp_path):
    monkeypatch.setenv("HELDOUT_DATABASE_URL", settings.database_url)
    graded("ada", result(score=3))
    path = exported()
    run = CliRunner().invoke
    done = run(command, ["export", "dl", str(path)])
    assert "1 graded attempts" in done.output, done.output
    grade_in_nbgrader(path, "ada@example.edu", 2)
    shown = run(command, ["import", "dl", str(path), "--preview"])
    assert "Ada, why of a01_demo: – → 2" in shown.output
    assert session.scalar(sa.select(sa.func.count(ManualGrade.id))) == 0
    done = run(command, ["import", "dl", str(path)])
    assert "1 changed, 1 the same, 0 not taken." in done.output
    assert session.scalar(sa.select(sa.func.count(ManualGrade.id))) == 1
    assert "There is no course" in run(command, ["export", "nope", str(path)]).output
    stranger = run(command, ["import", "dl", str(path), "--as", "eve@example.edu"])
    assert "is not on the staff" in stranger.output
