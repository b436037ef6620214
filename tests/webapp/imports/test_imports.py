"""Importing many students' work: whose is whose, nothing before it was looked at, nothing twice."""

import io
import re
import zipfile
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.webapp.graders import LIBRARY, notebook
from webapp.audit.record import CommandLine
from webapp.base.database import db
from webapp.imports import matching, operations, queries
from webapp.imports.matching import ImportRefused, gather
from webapp.imports.operations import Taken
from webapp.models import Content, CourseAssignment, ImportItem, Job, Lane, Submission, User

PAGE = "/courses/dl/staff/assignments/a01_demo/import"


@pytest.fixture
def assignment(session):
    return session.scalars(
        sa.select(CourseAssignment).where(CourseAssignment.assignment == "a01_demo")
    ).first()


def archive(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for name, data in files.items():
            target.writestr(name, data)
    return packed.getvalue()


def read(session, assignment, path):
    gathered = gather(session, assignment, [path], LIBRARY.parse_notebook)
    return keep(session, assignment, gathered, path.name)


def keep(session, assignment, gathered, name):
    actor = CommandLine(assignment.course_id)
    return operations.keep_import(session, actor, assignment, gathered=gathered, filename=name)


def take(session, found):
    assignment = found.course_assignment
    actor = CommandLine(assignment.course_id)
    return operations.take_import(session, actor, assignment, number=found.id)


def matched(session, found):
    return {
        item.name: item.user.name if item.user and not item.error else item.error
        for item in queries.items(session, found)
    }


@pytest.mark.parametrize(
    "name",
    ["ada@example.edu", "ada", "Ada", "ADA_a01_demo", "a01_demo-ada@example.edu"],
)
def test_a_file_is_matched_by_what_a_student_is_called(session, assignment, tmp_path, name):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / f"{name}.ipynb").write_bytes(notebook("x = 1"))
    found = read(session, assignment, tmp_path / "in")
    assert list(matched(session, found).values()) == ["Ada"]


def test_an_nbgrader_tree_is_matched_by_its_folders(session, assignment, tmp_path):
    for name in ("ada", "bob", "nobody"):
        folder = tmp_path / "submitted" / name / "a01_demo"
        folder.mkdir(parents=True)
        (folder / "a01_demo.ipynb").write_bytes(notebook(f"x = '{name}'"))
    found = read(session, assignment, tmp_path)
    names = matched(session, found)
    assert (names["ada"], names["bob"]) == ("Ada", "Bob")
    assert "Nobody enrolled" in names["nobody"]
    assert take(session, found) == Taken(2, 0, refused=1)
    assert set(session.scalars(sa.select(Job.lane))) == {Lane.BATCH}


def test_staff_are_no_students_and_a_name_of_two_is_nobodys(session, assignment, tmp_path):
    session.execute(sa.update(User).where(User.name == "Bob").values(name="Ada"))
    session.commit()
    for name in ("gil", "Ada", "ada@example.edu"):
        (tmp_path / f"{name}.ipynb").write_bytes(notebook(name))
    names = matched(session, read(session, assignment, tmp_path))
    assert "Nobody enrolled" in names["gil"]
    assert "Several students" in names["Ada"]
    assert names["ada@example.edu"] == "Ada"


def test_what_was_broken_off_goes_on_and_nothing_is_handed_in_twice(
    session, assignment, tmp_path, monkeypatch
):
    for name in ("ada", "bob"):
        (tmp_path / f"{name}.ipynb").write_bytes(notebook(name))
    found = read(session, assignment, tmp_path)
    whole, calls = operations.receive, []

    def broken(*arguments, **options):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*arguments, **options)

    monkeypatch.setattr(operations, "receive", broken)
    with pytest.raises(KeyboardInterrupt):
        take(session, found)
    session.rollback()
    assert take(session, found) == Taken(1, 0)
    again = read(session, assignment, tmp_path)
    assert take(session, again) == Taken(0, 2)
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 2


def test_discarding_forgets_the_files_that_nothing_else_uses(session, assignment, tmp_path):
    (tmp_path / "ada.ipynb").write_bytes(notebook("ada"))
    take(session, read(session, assignment, tmp_path))
    (tmp_path / "bob.ipynb").write_bytes(notebook("bob"))
    actor, found = CommandLine(assignment.course_id), read(session, assignment, tmp_path)
    operations.discard_import(session, actor, assignment, number=found.id)
    assert session.scalar(sa.select(sa.func.count()).select_from(Content)) == 1
    assert session.scalar(sa.select(sa.func.count(ImportItem.id))) == 1


def test_nothing_is_written_before_every_notebook_is_parsed(auth, app, monkeypatch):
    ina, seen = auth.login("ina"), []
    data = archive({f"{name}.ipynb": notebook(name) for name in ("ada", "bob")})

    def parse(content):
        seen.append("parse")
        return LIBRARY.parse_notebook(content)

    app.extensions["heldout"] = replace(LIBRARY, parse_notebook=parse)
    with app.app_context():
        engine = db.engine
    for _ in range(2):  # the second time an earlier import is discarded
        form = {"archive": (io.BytesIO(data), "work.zip"), "csrf_token": ina.token()}
        seen.clear()
        note = lambda _c, _cur, text, *_: seen.append(text.split()[0])  # noqa: E731
        sa.event.listen(engine, "before_cursor_execute", note)
        assert ina.client.post(PAGE, data=form).status_code == 303
        sa.event.remove(engine, "before_cursor_execute", note)
        assert seen.count("parse") == 2
        written = [at for at, what in enumerate(seen) if what in ("INSERT", "UPDATE", "DELETE")]
        assert written
        assert min(written) > max(at for at, what in enumerate(seen) if what == "parse")


def test_more_than_the_most_bytes_are_refused_without_asking_for_their_sizes(
    session, assignment, tmp_path, monkeypatch
):
    for name in ("ada", "bob"):
        (tmp_path / f"{name}.ipynb").write_bytes(notebook("x" * 1000))
    monkeypatch.setattr(matching, "MOST_UNPACKED_BYTES", 1500)
    with pytest.raises(ImportRefused, match="import them in parts"):
        gather(session, assignment, [tmp_path], LIBRARY.parse_notebook)


def test_a_file_that_changes_while_it_is_read_is_not_kept(session, assignment, tmp_path):
    file = tmp_path / "ada.ipynb"
    file.write_bytes(notebook("x = 1"))
    gathered = gather(session, assignment, [tmp_path], LIBRARY.parse_notebook)
    file.write_bytes(notebook("x = 2"))
    with pytest.raises(ImportRefused, match="was changed while it was read"):
        keep(session, assignment, gathered, "x")
    assert queries.open_import(session, assignment) is None


def test_staff_import_on_the_page(auth, session):
    ina = auth.login("ina")
    data = archive({"ada.ipynb": notebook("x = 1"), "nobody.ipynb": notebook("y")})
    response = ina.post(PAGE, {"archive": (io.BytesIO(data), "work.zip")})
    assert response.status_code == 303, response.text
    page = ina.get(PAGE).text
    assert "1 of 2 files are matched" in page
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 0
    form = {"import": re.search(r'name="import" value="(\d+)"', page).group(1)}
    assert ina.post(f"{PAGE}/take", {"import": "999"}).status_code == 409
    assert ina.post(f"{PAGE}/take", form).status_code == 303
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 1
    assert "import work" in ina.get("/courses/dl/staff/log").text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04 broken", "damaged"),
        (archive({"../../etc/ada.ipynb": b"{}"}), "leads out of"),
        (archive({"ada.ipynb": b"no notebook"}), "not a notebook"),
    ],
)
def test_a_hostile_archive_is_one_sentence_and_hands_in_nothing(auth, session, data, sentence):
    ina = auth.login("ina")
    ina.post(PAGE, {"archive": (io.BytesIO(data), "ada.zip")})
    page = ina.get(PAGE).text
    assert sentence in page
    assert "Hand in the" not in page


def test_only_who_may_import_may_send_a_large_file(app, auth, monkeypatch):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    large = archive({"ada.ipynb": notebook("x = 1" * 500)})
    ada, ina = auth.login("ada"), auth.login("ina")
    assert ada.post(PAGE, {"archive": (io.BytesIO(large), "w.zip")}).status_code == 413
    assert ina.post(PAGE, {"archive": (io.BytesIO(large), "w.zip")}).status_code == 303
