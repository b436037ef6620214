"""Handing out: the notebook with its data, what grades it, a hub's link, and what changed since."""

from __future__ import annotations

import io
import json
import platform
import time
import zipfile
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.cli.new import write_assignment
from tests.webapp.sample_course import ASSIGNMENT
from webapp.arranging.operations import retire
from webapp.base.clock import now
from webapp.base.config import Settings, SettingsError
from webapp.grading import release
from webapp.handout import links, operations
from webapp.handout.queries import Taken, how_many_took
from webapp.handout.shelf import Shelf
from webapp.models import TakenRelease, User

PAGE = f"/courses/dl/assignments/{ASSIGNMENT}"
API = f"/api/v1{PAGE}/release"
HUB = "https://hub.example.edu"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """The course's assignment, with a data file, and no need to start nbgrader for it."""
    home = tmp_path / "assignments"
    home.mkdir()
    written = write_assignment(ASSIGNMENT, "The perceptron", home)
    described = written / "assignment.toml"
    text = described.read_text(encoding="utf-8")
    described.write_text(f'files = ["points.csv", "deep/x.csv"]\n{text}', encoding="utf-8")
    (written / "points.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    (written / "deep").mkdir()
    (written / "deep" / "x.csv").write_text("x\n", encoding="utf-8")
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(home))
    monkeypatch.setattr("webapp.handout.shelf.write", write_quickly)
    return written


def write_quickly(source: Path, output: Path) -> None:
    """What `heldout release` writes, but for nbgrader's part."""
    for name in (f"{source.name}.ipynb", "points.csv", "deep/x.csv"):
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_bytes((source / name).read_bytes())


@pytest.fixture
def shelf(app, tmp_path) -> Shelf:
    """An empty shelf."""
    made = Shelf(tmp_path / "releases")
    app.extensions["heldout-shelf"] = made
    return made


@pytest.fixture
def made(folder, shelf, session):
    return shelf.made(source(session))


def source(session: Session) -> release.Source:
    """The assignment as it lies there now."""
    return release.source_of(session, ASSIGNMENT)


def change_the_notebook(folder: Path) -> None:
    path = folder / f"{ASSIGNMENT}.ipynb"
    found = json.loads(path.read_text(encoding="utf-8"))
    found["cells"][0]["source"] = "# Another beginning"
    path.write_text(json.dumps(found), encoding="utf-8")


def taken(session):
    session.expire_all()
    return session.scalars(sa.select(TakenRelease)).all()


def test_the_page_says_what_grades_it_what_may_be_imported_and_the_questions(auth, made):
    page = auth.login("ada").get(PAGE).text
    assert f"Python {platform.python_version()}" in page
    assert f"numpy {metadata.version('numpy')}" in page
    assert "<code>numpy</code>" in page
    assert "by checks" in page
    assert "<code>points.csv</code>" in page
    assert "release.zip" in page
    assert "Open in JupyterHub" not in page


def test_the_zip_has_the_notebook_its_data_and_a_text(auth, folder, made, session):
    saved = auth.login("ada").get(f"{PAGE}/release.zip")
    assert saved.headers["Content-Disposition"] == f"attachment; filename={ASSIGNMENT}.zip"
    with zipfile.ZipFile(io.BytesIO(saved.data)) as archive:
        names = sorted(archive.namelist())
        text = archive.read(f"{ASSIGNMENT}/README.txt").decode()
        data = archive.read(f"{ASSIGNMENT}/points.csv")
    assert names == sorted(
        f"{ASSIGNMENT}/{name}"
        for name in ("README.txt", f"{ASSIGNMENT}.ipynb", "points.csv", "deep/x.csv")
    )
    assert data == b"x,y\n1,2\n"
    assert f"Python {platform.python_version()}" in text
    assert f"numpy=={metadata.version('numpy')}" in text
    assert not any(name.endswith("checks.py") for name in names)
    (row,) = taken(session)
    assert row.digest == made.digest


def test_the_notebook_alone_can_be_taken(auth, folder, made, session):
    saved = auth.login("ada").get(f"{PAGE}/release.ipynb")
    assert saved.data == (folder / f"{ASSIGNMENT}.ipynb").read_bytes()
    assert len(taken(session)) == 1


def test_who_took_an_old_one_is_told_and_staff_see_how_many(auth, folder, shelf, made, session):
    ada, bob, gil = auth.login("ada"), auth.login("bob"), auth.login("gil")
    for visitor in (ada, bob):
        visitor.get(f"{PAGE}/release.zip")
    assert "it has not changed since" in ada.get(PAGE).text
    preview = f"/courses/dl/staff/assignments/{ASSIGNMENT}/preview"
    change_the_notebook(folder)
    shelf.made(source(session))
    assert "The notebook changed since you took it on" in ada.get(PAGE).text
    ada.get(f"{PAGE}/release.ipynb")
    assert "The notebook changed" not in ada.get(PAGE).text
    assert "The notebook changed" in bob.get(PAGE).text
    page = gil.get(preview).text
    assert "2 students took it" in page
    assert "1 of them an older version" in page


def test_the_counts_are_of_the_courses_students(session, item, folder):
    for name in ("ada", "bob", "gil"):
        user = session.scalars(sa.select(User).where(User.name == name.capitalize())).one()
        digest = "new" if name == "ada" else "old"
        session.add(TakenRelease(course_assignment_id=item.id, user_id=user.id, digest=digest))
    session.commit()
    assert how_many_took(session, item, "new") == Taken(2, 1)


def test_no_request_waits_while_it_is_made(auth, folder, shelf, session, monkeypatch):
    ready = []

    def slowly(source: Path, output: Path) -> None:
        while not ready:
            time.sleep(0.01)
        write_quickly(source, output)

    monkeypatch.setattr("webapp.handout.shelf.write", slowly)
    ada = auth.login("ada")
    assert "It is being made ready" in ada.get(PAGE).text
    sent_back = ada.get(f"{PAGE}/release.zip")
    assert sent_back.status_code == 303
    assert "is being made ready: try again" in ada.get(PAGE).text
    assert taken(session) == []
    ready.append(True)
    until = time.monotonic() + 20
    while shelf.find(source(session)) is None and time.monotonic() < until:
        time.sleep(0.02)
    assert ada.get(f"{PAGE}/release.zip").status_code == 200


def test_each_version_is_made_once_and_old_ones_are_let_go(folder, shelf, monkeypatch, session):
    count = []

    def counted(source: Path, output: Path) -> None:
        count.append(source)
        write_quickly(source, output)

    monkeypatch.setattr("webapp.handout.shelf.write", counted)
    first = shelf.made(source(session))
    assert shelf.made(source(session)) == shelf.find(source(session)) == first
    assert Shelf(first.folder.parent.parent).find(source(session)) == first
    assert len(count) == 1
    digests = {first.digest}
    for number in range(3):
        (folder / "points.csv").write_text(f"x,y\n{number},{number}\n", encoding="utf-8")
        digests.add(shelf.made(source(session)).digest)
    assert (len(count), len(digests)) == (4, 4)
    assert len(list(first.folder.parent.iterdir())) == 2
    assert first.folder.parent.stat().st_mode & 0o077 == 0


def test_what_cannot_be_made_is_not_tried_at_every_request(auth, folder, shelf, monkeypatch):
    tried = []

    def fails(source: Path, output: Path) -> None:
        tried.append(source)
        raise release.NoRelease("nbgrader refuses the secret reason.")

    monkeypatch.setattr("webapp.handout.shelf.write", fails)
    ada = auth.login("ada")
    ada.get(PAGE)
    until = time.monotonic() + 20
    while "cannot be handed out" not in ada.get(PAGE).text and time.monotonic() < until:
        time.sleep(0.02)
    for _ in range(3):
        page = ada.get(PAGE)
        assert "cannot be handed out from here just now" in page.text
        assert "secret reason" not in page.text
    assert ada.get(f"{PAGE}/release.zip").status_code == 303
    assert len(tried) == 1


def test_without_the_assignments_folder_the_page_still_takes_work(auth, session):
    page = auth.login("ada").get(PAGE).text
    assert "cannot be handed out from here just now" in page
    assert 'id="notebook"' in page


@pytest.mark.parametrize("when", ["later", "retired"])
def test_nothing_is_handed_out_before_it_opens_or_once_it_is_retired(
    auth, ask, session, ina, item, made, app, when
):
    app.config["HELDOUT_JUPYTERHUB"] = HUB
    if when == "later":
        item.opens_at, item.due_at = now() + timedelta(days=1), now() + timedelta(days=2)
        session.commit()
    else:
        retire(session, ina, item)
    ada = auth.login("ada")
    page = ada.get(PAGE)
    assert page.status_code == 200
    assert "release.zip" not in page.text
    for path in ("release.zip", "release.ipynb", "jupyterhub"):
        assert ada.get(f"{PAGE}/{path}").status_code == 404
    for path in ("", "/zip", "/notebook"):
        assert ask("ada", "GET", f"{API}{path}")[0] == 404
    assert taken(session) == []


def test_who_looks_as_a_student_takes_nothing_in_their_name(auth, session, made):
    ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    gil = auth.login("gil")
    gil.post(f"/courses/dl/staff/students/{ada.id}/view")
    assert gil.get(f"{PAGE}/release.zip").status_code == 200
    assert taken(session) == []


def test_in_a_course_that_is_over_the_notebook_is_taken_and_nothing_written(
    session, ina, item, made
):
    ina.course.archived_at = now()
    session.commit()
    operations.take(session, ina, item, made.digest)
    assert taken(session) == []


def test_a_hub_fetches_the_notebook_and_its_data_without_a_cookie(
    app, auth, client, folder, made, session
):
    app.config["HELDOUT_JUPYTERHUB"] = HUB
    ada = auth.login("ada")
    assert "Open in JupyterHub" in ada.get(PAGE).text
    there = urlsplit(ada.get(f"{PAGE}/jupyterhub").location)
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{HUB}/hub/user-redirect/lab"
    asked = parse_qs(there.query)
    assert asked["fromURLToFolder"] == [ASSIGNMENT]
    names = [address.rpartition("/")[2] for address in asked["fromURL"]]
    assert names == ["points.csv", f"{ASSIGNMENT}.ipynb"]
    for address, name in zip(asked["fromURL"], names, strict=True):
        got = client.get(urlsplit(address).path, headers={"Origin": HUB})
        assert got.status_code == 200
        assert got.data == (folder / name).read_bytes()
        assert got.headers["Access-Control-Allow-Origin"] == "*"
        assert got.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Set-Cookie" not in got.headers
    assert len(taken(session)) == 1


@pytest.mark.parametrize("file", ["checks.py", "../x", "assignment.toml", "wrong/a.py", "y.csv"])
def test_a_hubs_link_opens_nothing_but_what_is_handed_out(app, client, item, made, file):
    with app.app_context():
        token = links.token_of(item.id)
    assert client.get(f"/handed-out/{token}/{file}").status_code == 404


def test_a_hubs_link_ends_with_its_hour_and_cannot_be_made_up(
    app, client, session, ina, item, made, monkeypatch
):
    with app.app_context():
        token = links.token_of(item.id)
        forged = links.token_of(item.id)[:-2] + "xx"
    path = f"{ASSIGNMENT}.ipynb"
    assert client.get(f"/handed-out/{token}/{path}").status_code == 200
    for wrong in (forged, "x", str(item.id)):
        assert client.get(f"/handed-out/{wrong}/{path}").status_code == 404
    monkeypatch.setattr(links, "LIFETIME", timedelta(seconds=-1))
    assert client.get(f"/handed-out/{token}/{path}").status_code == 404
    monkeypatch.undo()


@pytest.mark.parametrize("address", ["hub.example.edu", "ftp://hub", "https://", "https://h?x=1"])
def test_a_hub_that_is_no_address_is_refused_at_the_start(address, tmp_path):
    environ = {
        "HELDOUT_JUPYTERHUB": address,
        "HELDOUT_SECRET_KEY": "a secret key of tests only",
        "HELDOUT_PASSWORD_SALT": "a password salt of tests only",
        "HELDOUT_DATA": str(tmp_path),
    }
    with pytest.raises(SettingsError, match="HELDOUT_JUPYTERHUB"):
        Settings.from_environment(environ)
    fine = Settings.from_environment({**environ, "HELDOUT_JUPYTERHUB": f"{HUB}/"})
    assert fine.jupyterhub == HUB


def test_a_program_reads_and_takes_it(ask, auth, client, folder, made, session):
    code, found = ask("ada", "GET", API)
    assert (code, found["digest"], found["taken_at"]) == (200, made.digest, None)
    assert found["files"] == [f"{ASSIGNMENT}.ipynb", "points.csv", "deep/x.csv"]
    assert found["python"] == platform.python_version()
    assert "numpy" in [package["name"] for package in found["packages"]]
    assert {question["by_hand"] for question in found["questions"]} <= {True, False}
    assert ask("ada", "GET", f"{API}/zip")[0] == 200
    assert ask("ada", "GET", f"{API}/notebook")[0] == 200
    found = ask("ada", "GET", API)[1]
    assert found["taken_at"]
    assert not found["changed"]
    assert ask("gil", "GET", API)[0] == 403
    assert ask("eve", "GET", f"{API}/zip")[0] == 404


@pytest.mark.slow
def test_the_real_release_is_made_by_the_command(tmp_path, monkeypatch, session):
    home = tmp_path / "assignments"
    home.mkdir()
    write_assignment(ASSIGNMENT, "The perceptron", home)
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(home))
    made = Shelf(tmp_path / "releases").made(source(session))
    assert b"BEGIN SOLUTION" not in made.notebook.read_bytes()
    assert b"NotImplementedError" in made.notebook.read_bytes()
    with zipfile.ZipFile(made.archive) as archive:
        assert archive.read(f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb") == made.notebook.read_bytes()
