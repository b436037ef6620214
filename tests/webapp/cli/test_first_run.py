"""From nothing to a course: `heldout init`, then every command finds what it made by itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import urllib.request

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from tests.webapp.service.test_processes import free_port
from webapp.base.config import Settings, data_folder
from webapp.base.database import make_engine
from webapp.cli.courses import course
from webapp.cli.init import init
from webapp.cli.roster import roster
from webapp.models import AuditEntry, Course, Enrolment, User

pytestmark = pytest.mark.slow

AMY = ("--admin", "amy@example.edu")
COURSE = ("--title", "Deep Learning", "--term", "Spring 2027", "--timezone", "Europe/Berlin")
_OF_A_SITE = ("HELDOUT_DATA", "HELDOUT_SECRET_KEY", "HELDOUT_PASSWORD_SALT", "HELDOUT_DATABASE_URL")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where a site would be made; no setting comes from outside, and none is left behind."""
    for name in (*_OF_A_SITE, "HELDOUT_SEED", "HELDOUT_SITE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "heldout-data"


def run(command, *arguments, status=0):
    outcome = CliRunner().invoke(command, arguments)
    assert outcome.exit_code == status, outcome.output
    return outcome.output


def only(output):
    """The one sentence that a command ends with."""
    assert output.count("Error: ") == 1
    return output.partition("Error: ")[2].strip()


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if "sqlite" not in path.name}


@pytest.fixture
def database(folder):
    """Reads the site's database."""
    made = []

    def session():
        made.append(Session(make_engine(f"sqlite:///{folder / 'heldout.sqlite'}")))
        return made[-1]

    yield session
    for each in made:
        each.close()
        each.get_bind().dispose()


def test_nothing_but_a_folder_of_its_own_is_made_and_only_its_owner_reads_it(folder):
    output = run(init, *AMY)
    assert len(re.findall(r"http://127\.0\.0\.1:8000/welcome/\S+", output)) == 1
    assert output.splitlines()[-1] == "Start it with: heldout serve"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert set(modes) >= {"heldout.sqlite", "secrets.json", "seed"}
    assert set(modes.values()) == {0o600}
    assert [path.name for path in folder.parent.iterdir()] == ["heldout-data"]


def test_what_sqlite_writes_beside_the_database_is_its_owners_alone(folder, database):
    run(init, *AMY)
    with database() as session:
        session.add(Course(slug="n", title="N"))
        session.commit()
        beside = [folder / f"heldout.sqlite-{name}" for name in ("wal", "shm")]
        assert {stat.S_IMODE(path.stat().st_mode) for path in beside} == {0o600}


def test_the_service_then_needs_no_variable_and_variables_win(folder):
    with pytest.raises(Exception, match="run `heldout init` once"):
        Settings.from_environment()
    run(init, *AMY)
    kept = json.loads((folder / "secrets.json").read_text())
    settings = Settings.from_environment()
    assert (settings.secret_key, settings.password_salt) == tuple(kept.values())
    said = {"HELDOUT_DATA": str(folder), "HELDOUT_SECRET_KEY": "k" * 20}
    settings = Settings.from_environment(said)
    assert (settings.secret_key, settings.password_salt) == ("k" * 20, kept["password_salt"])


def test_a_second_run_changes_nothing_but_the_link(folder, database):
    run(init, *AMY)
    before = contents(folder)
    assert run(init).count("/welcome/") == 1
    assert contents(folder) == before
    with database() as session:
        session.execute(sa.update(User).values(password="set"))
        session.commit()
    assert "Nothing was changed." in run(init)
    assert run(init, *AMY).count("/welcome/") == 1
    assert run(init, "--admin", "Zoe Q <zoe@example.edu>").count("/welcome/") == 1
    assert contents(folder) == before
    with database() as session:
        users = session.execute(sa.select(User.name, User.is_administrator)).all()
        actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert {entry.actor_id for entry in session.scalars(sa.select(AuditEntry))} == {None}
    assert users == [("Amy", True), ("Zoe Q", True)]
    link = "make link for the site"
    assert actions == ["make administrator", link, link, "make administrator"]


@pytest.mark.parametrize("missing", ["secrets.json", "seed", "heldout.sqlite"])
def test_a_half_made_folder_is_completed(folder, missing):
    run(init, *AMY)
    (folder / missing).unlink()
    (folder / ".secrets.json.new").write_text("{")
    before = contents(folder)
    folder.chmod(0o755)
    run(init, *AMY)
    after = contents(folder)
    assert (folder / missing).stat().st_size > 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {name: after[name] for name in before if name in after} == {
        name: data for name, data in before.items() if name in after
    }


def test_without_a_terminal_it_must_be_said_who_looks_after_the_site(folder):
    output = run(init, status=2)
    assert only(output) == "Say who looks after the site: --admin EMAIL."
    assert not folder.exists()


def test_on_a_terminal_it_is_asked(folder, monkeypatch):
    class Terminal:
        @staticmethod
        def isatty():
            return True

    class Sys:
        stdin = Terminal

    monkeypatch.setattr("webapp.cli.init.sys", Sys)
    outcome = CliRunner().invoke(init, [], input="amy@example.edu\n")
    assert outcome.exit_code == 0
    assert "Amy <amy@example.edu> sets a password here" in outcome.output


def test_what_is_no_address_is_refused_before_anything_is_made(folder):
    assert only(run(init, "--admin", "amy", status=2)) == "'amy' is no email address."
    assert not folder.exists()


def test_a_folder_of_something_else_is_left_alone(folder):
    folder.mkdir()
    (folder / "thesis.tex").write_text("")
    assert "holds other things and nothing of a site" in only(run(init, *AMY, status=1))
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]


def test_what_cannot_be_a_folder_is_one_sentence(folder):
    folder.write_text("")
    assert only(run(init, *AMY, status=1)) == f"{folder} is a file, expected a folder."
    there = folder / "below"
    outcome = CliRunner().invoke(init, [*AMY, "--data", str(there)])
    assert outcome.exit_code == 1
    assert only(outcome.output) == f"Not a directory ({there})."


def test_a_folder_where_nothing_can_be_written_is_one_sentence(folder, monkeypatch):
    def refused(*_arguments, **_options):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("pathlib.Path.mkdir", refused)
    assert only(run(init, *AMY, status=1)) == f"Permission denied ({folder})."


def test_a_full_disk_is_one_sentence(folder, monkeypatch):
    usage = shutil.disk_usage(folder.parent)._replace(free=5 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert only(run(init, *AMY, status=1)).startswith("There are 5 MB free")


@pytest.mark.parametrize("text", ["{", "null", "[1]", "{}", '{"secret_key": 1}'])
def test_damaged_secrets_are_one_sentence(folder, text):
    run(init, *AMY)
    (folder / "secrets.json").write_text(text)
    for command, arguments in ((init, AMY), (course, ("list",))):
        assert "secrets.json is not as Heldout wrote it" in only(run(command, *arguments, status=1))


def test_a_course_is_made_and_listed_by_command(folder, database):
    run(init, *AMY)
    assert "There is no course yet" in run(course, "list")
    more = ("--starts", "2027-01-11", "--instructor", "Ines I <ines@example.edu>")
    output = run(course, "create", "dl-2027", *COURSE, *more)
    assert re.search(r"Ines I <ines@example\.edu>: http://127\.0\.0\.1:8000/welcome/\S+", output)
    assert only(run(course, "create", "dl-2027", *COURSE, status=2)).startswith("There is a course")
    refused = only(run(course, "create", "DL", *COURSE, "--starts", "soon", status=2))
    assert "The short name is 'DL'" in refused
    assert "The first day is 'soon'" in refused
    assert run(course, "list").splitlines()[1].split()[0] == "dl-2027"
    listed = json.loads(run(course, "list", "--json"))
    (found,) = listed
    assert found == {
        "slug": "dl-2027",
        "title": "Deep Learning",
        "term": "Spring 2027",
        "state": found["state"],
        "students": 0,
    }
    with database() as session:
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "create course")
        ).one()
        assert (entry.actor_id, entry.detail["by"]) == (None, "command line")
        assert session.scalars(sa.select(Enrolment.role)).all() == ["instructor"]


def test_a_folder_given_by_option_is_forgotten_after_the_command(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    output = run(init, *AMY, "--data", str(elsewhere))
    assert output.splitlines()[-1] == f"Start it with: heldout serve --data {elsewhere}"
    assert not folder.exists()
    assert data_folder() == folder
    assert run(course, "list", "--data", str(elsewhere), "--json") == "[]\n"


def test_the_served_site_takes_the_link_and_the_worker_gets_no_secret(folder, tmp_path):
    """The commands as somebody types them, each a process of its own, without any variable."""
    environment = {key: value for key, value in os.environ.items() if key not in _OF_A_SITE}
    environment["HELDOUT_SITE"] = site = f"http://127.0.0.1:{free_port()}"

    def heldout(module: str, *arguments: str) -> list[str]:
        name, _, function = module.partition(":")
        return [sys.executable, "-c", f"from {name} import {function}; {function}()", *arguments]

    made = subprocess.run(
        heldout("webapp.cli.init:init", *AMY),
        **{"cwd": tmp_path, "env": environment, "capture_output": True, "text": True},
    )
    assert made.returncode == 0, made.stderr
    link = re.search(rf"{site}/welcome/\S+", made.stdout)
    assert link is not None
    served = subprocess.Popen(
        heldout("webapp.cli:serve", "--port", site.rpartition(":")[2], "--no-worker"),
        **{"cwd": tmp_path, "env": environment, "stdout": subprocess.PIPE, "text": True},
    )
    try:
        assert served.stdout is not None
        assert site in served.stdout.readline()
        with urllib.request.urlopen(link[0], timeout=10) as page:
            assert "Welcome, Amy" in page.read().decode()
    finally:
        served.terminate()
        served.communicate(timeout=30)


def test_serving_finds_the_secrets_and_keeps_them_from_the_worker(folder, monkeypatch):
    from webapp.service import serve

    run(init, *AMY)
    started = []
    monkeypatch.setattr(serve, "_start", lambda command, child: started.append(child))
    service = serve.Service(Settings.from_environment(), "127.0.0.1", 8000)
    service._start_web()
    service._start_worker()
    web, worker = started
    kept = json.loads((folder / "secrets.json").read_text())
    assert web["HELDOUT_SECRET_KEY"] == kept["secret_key"]
    assert not set(kept.values()) & set(worker.values())
    assert worker["HELDOUT_DATA"] == web["HELDOUT_DATA"] == str(folder)


def test_the_web_service_and_the_worker_draw_from_one_seed(folder, monkeypatch):
    from autograder.seeds import secret_seed
    from webapp.grading.conditions import _known_seed

    run(init, *AMY)
    assert _known_seed(data_folder()) == secret_seed(data_folder() / "seed")
    monkeypatch.setenv("HELDOUT_SEED", "one of ours")
    shutil.rmtree(folder)
    run(init, *AMY)
    assert not (folder / "seed").exists()


def test_a_roster_finds_the_site_too(folder, tmp_path):
    run(init, *AMY)
    run(course, "create", "dl-2027", *COURSE)
    (tmp_path / "people.csv").write_text("name,email\nBo,bo@example.edu\n")
    assert "1 enrolled" in run(roster, "dl-2027", str(tmp_path / "people.csv"))
    assert json.loads(run(course, "list", "--json"))[0]["students"] == 1
