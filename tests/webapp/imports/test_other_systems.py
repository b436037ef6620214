"""Archives as Canvas, Moodle, Blackboard and Gradescope write them: whose, which file, and when."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.graders import LIBRARY, notebook
from tests.webapp.sample_course import enrol
from webapp.base.clock import now
from webapp.imports.matching import gather
from webapp.models import Course, CourseAssignment, Enrolment, Role, User

PAGE = "/courses/dl/staff/assignments/a01_demo/import"
PEOPLE = {
    "jm": ("Jürgen Müller", "4711"),
    "gvr": ("Guido van Rossum", "4712"),
    "al_2": ("Anna-Lena O'Neill", "4713"),
}


@pytest.fixture
def assignment(session):
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    for login, (name, number) in PEOPLE.items():
        user = User(email=f"{login}@example.edu", name=name, password="x")
        session.add(user)
        session.flush()
        enrol(session, course, user, Role.STUDENT).student_number = number
    session.commit()
    return session.scalars(
        sa.select(CourseAssignment).where(CourseAssignment.course_id == course.id)
    ).one()


@pytest.fixture
def read(session, assignment, tmp_path):
    """Packs files, reads them as an import does, and says whose each is, or why it is nobody's."""

    def gathered(*files, received_at=None, **contents):
        path = tmp_path / "submissions.zip"
        texts = {name: notebook(name) for name in files} | contents.get("texts", {})
        with zipfile.ZipFile(path, "w") as packed:
            for name, data in texts.items():
                packed.writestr(name, data)
        found = gather(session, assignment, [path], LIBRARY.parse_notebook, received_at=received_at)
        names = {user.id: user.name for user in session.scalars(sa.select(User))}
        return {
            each.source.name: each if contents.get("whole") else each.error or names[each.user_id]
            for each in found
        }

    return gathered


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("müllerjürgen", "Jürgen Müller"),
        (unicodedata.normalize("NFD", "müllerjürgen"), "Jürgen Müller"),
        ("mullerjurgen", "Jürgen Müller"),
        ("mllerjrgen", "Jürgen Müller"),
        ("MÜLLERJÜRGEN", "Jürgen Müller"),
        ("vanrossumguido", "Guido van Rossum"),
        ("oneillannalena", "Anna-Lena O'Neill"),
        ("o-neillanna-lena", "Anna-Lena O'Neill"),
    ],
)
def test_canvas_runs_names_together(read, name, owner):
    assert list(read(f"{name}_12345_678901_a01_demo.ipynb").values()) == [owner]


def test_canvas_numbers_are_nobodys_student_number(read):
    found = read("somebody_4711_4712_a01_demo.ipynb")
    assert "Nobody enrolled" in found["somebody_4711"]


def test_canvas_takes_the_newest_of_one_name_and_the_assignments_of_several(read, session):
    found = read(
        "ada_12345_100_a01_demo.ipynb",
        "ada_12345_102_a01_demo-2.ipynb",
        "ada_12345_101_a01_demo-1.ipynb",
        "ada_12345_103_scratch.ipynb",
        "ada_12345_104_._a01_demo.ipynb",
        "bob_12346_105_one.ipynb",
        "bob_12346_106_two.ipynb",
        texts={
            "__MACOSX/._ada_12345_100_a01_demo.ipynb": b"\x00",
            ".DS_Store": b"\x00",
            "ada_12345_107_figure.png": b"PNG",
            "müllerjürgen_LATE_12347_text.html": b"<p>See my mail.</p>",
        },
        whole=True,
    )
    assert found["ada_12345"].source.source.endswith("ada_12345_102_a01_demo-2.ipynb")
    assert found["ada_12345"].error == ""
    assert "2 notebooks in it and none is a01_demo.ipynb" in found["bob_12346"].error
    assert "No notebook" in found["müllerjürgen_LATE_12347"].error
    assert len(found) == 3


def test_what_canvas_marks_as_late_is_not_taken_as_in_time(read, assignment):
    files = "ada_LATE_12345_678901_a01_demo.ipynb", "bob_12346_678902_a01_demo.ipynb"
    assignment.due_at = now() - timedelta(hours=5)
    found = read(*files, received_at=assignment.due_at)
    assert found["bob_12346"] == "Bob"
    assert "marked as late" in found["ada_LATE_12345"]
    later = read(*files, received_at=assignment.due_at + timedelta(hours=1))
    assert later["ada_LATE_12345"] == "Ada"
    assert read(*files)["ada_LATE_12345"] == "Ada"  # as of now, which is late


@pytest.mark.parametrize(
    "file",
    [
        "Jürgen Müller_12345_assignsubmission_file_/work.ipynb",
        unicodedata.normalize("NFD", "Jürgen Müller_12345_assignsubmission_file_/work.ipynb"),
        "Jürgen Müller_12345_assignsubmission_file/work.ipynb",
        "Jürgen Müller_12345_assignsubmission_file_work.ipynb",
        "MÜLLER Jürgen_12345_assignsubmission_file_/a folder/work.ipynb",
        "a01-download/Jürgen Müller_12345_assignsubmission_file_/work.ipynb",
    ],
)
def test_moodle_names_a_folder_or_a_file_after_the_student(read, file):
    assert list(read(file).values()) == ["Jürgen Müller"]


def test_moodles_texts_typed_online_are_no_second_file(read):
    found = read(
        "Ada_12345_assignsubmission_file_/a01_demo.ipynb",
        texts={
            "Ada_12345_assignsubmission_onlinetext_/onlinetext.html": b"<p>Done.</p>",
            "Bob_12346_assignsubmission_onlinetext_/onlinetext.html": b"<p>Done.</p>",
            "__MACOSX/Ada_12345_assignsubmission_file_/._a01_demo.ipynb": b"\x00",
        },
    )
    assert found == {"Ada_12345": "Ada", "Bob_12346": "No notebook was handed in with it."}


def test_two_students_of_one_name_are_left_to_a_human(read, session):
    session.execute(sa.update(User).where(User.name == "Bob").values(name="Ada"))
    session.commit()
    found = read("Ada_12345_assignsubmission_file_/a01_demo.ipynb")
    assert "Several students have this name" in found["Ada_12345"]


def described(name, login, language="Name"):
    lines = (
        f"\r\n{language}: {name} ({login})\r\nAssignment: Homework_1\r\nFiles:\r\n\tWork (x)\r\n"
    )
    return ("\ufeff" + lines).encode()


def test_blackboard_takes_the_newest_attempt_and_its_time_on_the_courses_clock(read):
    attempt = "Homework_1_{}_attempt_2026-0{}-20-23-59-59"
    found = read(
        attempt.format("al_2", 1) + "_work.ipynb",
        attempt.format("al_2", 2) + "_work.ipynb",
        attempt.format("ada", 1) + "_a01_demo.ipynb",
        attempt.format("ada", 1) + "_notes.ipynb",
        texts={
            attempt.format("al_2", 1) + ".txt": described("Anna-Lena O'Neill", "al_2"),
            attempt.format("al_2", 2) + ".txt": described("Anna-Lena O'Neill", "al_2", "Nombre"),
            attempt.format("bob", 1) + ".txt": described("Bob", "bob"),
            attempt.format("ada", 1) + "_readme.txt": b"Name: Bob (bob)",
        },
        whole=True,
    )
    assert "an older attempt" in found["Homework_1_al_2_2026-01-20-23-59-59"].error
    newest = found["Homework_1_al_2_2026-02-20-23-59-59"]
    assert newest.error == ""
    assert newest.received_at == datetime(2026, 2, 21, 4, 59, 59, tzinfo=UTC)  # EST
    assert found["Homework_1_ada_2026-01-20-23-59-59"].source.source.endswith("a01_demo.ipynb")
    assert "No notebook" in found["Homework_1_bob_2026-01-20-23-59-59"].error


@pytest.mark.parametrize(
    ("who", "owner"),
    [("Homework_1_al_2", "Anna-Lena O'Neill"), ("H_ADA", "Ada"), ("Übung 1_4711", "Jürgen Müller")],
)
def test_blackboards_login_is_found_without_its_text(read, who, owner):
    found = read(f"{who}_attempt_2026-01-20-23-59-59_work.ipynb")
    assert list(found.values()) == [owner]


def test_a_time_that_is_none_is_one_sentence(read):
    (said,) = read("H_ada_attempt_2026-13-20-23-59-59_work.ipynb").values()
    assert said.startswith("The archive says '2026-13-20 23:59:59'")


METADATA = """\
---
submission_101:
  :submitters:
  - :name: Jürgen Müller
    :sid: '4711'
    :email: other@example.org
  :created_at: 2026-01-20 23:59:59.123456789 Z
  :score: 3.0
  :results:
    tests:
    - name: Ada
      sid: nobody
  :history:
  - :id: 99
    :created_at: 2025-01-01 00:00:00.000000000 Z
submission_102:
  :submitters:
  - :name: Ada
    :sid:
    :email: ada@example.edu
  - :name: "Anna\\x2DLena O'Neill"
    :sid: ''
    :email: ~
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: &1 2026-01-19 10:00:00.000000000 Z
    time: 2026-01-19 05:00:00.000000000 Z
submission_103:
  :submitters:
  - :name: Nobody
    :sid: '4711'
    :email: bob@example.edu
  :created_at: 2026-01-20 18:00:00 -05:00
"""


def test_gradescope_says_who_and_when_and_a_groups_work_is_each_students(read):
    folder = "assignment_7_export"
    found = read(
        *(f"{folder}/submission_{number}/a01_demo.ipynb" for number in (101, 102, 103, 104)),
        texts={f"{folder}/submission_metadata.yml": METADATA.encode()},
        whole=True,
    )
    assert len(found) == 5
    juergen = found["submission_101 Jürgen Müller other@example.org"]
    assert (juergen.error, juergen.received_at) == ("", datetime(2026, 1, 20, 23, 59, 59, 0, UTC))
    ada, anna = (
        found["submission_102 Ada ada@example.edu"],
        found["submission_102 Anna-Lena O'Neill"],
    )
    assert (ada.error, anna.error) == ("", "")
    assert ada.user_id != anna.user_id
    assert ada.received_at == anna.received_at == datetime(2026, 1, 19, 10, tzinfo=UTC)
    assert "two students'" in found["submission_103 Nobody bob@example.edu"].error
    assert "Nobody enrolled" in found["submission_104"].error


def test_a_gradescope_without_a_readable_list_matches_nobody(read):
    found = read(
        "submission_101/a01_demo.ipynb",
        texts={"submission_metadata.yml": b"submission_101: &a [*a, *a]\n\xff"},
    )
    assert "Nobody enrolled" in found["submission_101"]


def test_files_named_by_hand_are_no_other_systems(read):
    found = read("ada_a01_demo.ipynb", "bob_12346_678901_a01_demo.ipynb")
    assert found["ada_a01_demo"] == "Ada"


def test_an_archive_that_macos_packed_without_its_flag_is_read_as_it_was_meant(read, monkeypatch):
    # Written as macOS does: UTF-8, and no word of it.
    def bytes_alone(info):
        return info.filename.encode(), info.flag_bits & ~0x800

    monkeypatch.setattr(zipfile.ZipInfo, "_encodeFilenameFlags", bytes_alone)
    found = read("Jürgen Müller_12345_assignsubmission_file_/work.ipynb")
    assert found == {"Jürgen Müller_12345": "Jürgen Müller"}


def test_a_number_matches_what_a_file_is_named_by_hand(read):
    assert read("4712.ipynb") == {"4712": "Guido van Rossum"}


def test_an_archive_of_canvas_is_shown_and_taken_on_the_page(auth, session):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("ada_12345_678901_a01_demo.ipynb", notebook("x = 1"))
        packed.writestr("nobody_12346_678902_a01_demo.ipynb", notebook("x = 2"))
    data.seek(0)
    ina = auth.login("ina")
    assert ina.post(PAGE, {"archive": (data, "submissions.zip")}).status_code == 303
    page = ina.get(PAGE).text
    assert "1 of 2 files are matched" in page
    assert "Nobody enrolled" in page


def test_who_is_no_student_any_more_gets_nothing(read, session):
    ada = sa.select(User.id).where(User.name == "Ada").scalar_subquery()
    session.execute(sa.delete(Enrolment).where(Enrolment.user_id == ada))
    session.commit()
    assert "Nobody enrolled" in read("ada_12345_678901_a01_demo.ipynb")["ada_12345"]
