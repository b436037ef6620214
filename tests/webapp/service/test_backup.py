"""Backups: made while the service writes, verified, and put back whole or not at all."""

import hashlib
import os
import shutil
import sqlite3
import stat
import threading
import zipfile
from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from webapp import migrations
from webapp.base.config import embedded_database
from webapp.base.database import make_engine
from webapp.cli.backup import backup as backup_command
from webapp.cli.backup import restore as restore_command
from webapp.models import AssignmentVersion, AuditEntry, BrowserSession, Content, Submission
from webapp.service import backup
from webapp.service.backup import BackupError
from webapp.service.postgresql_dump import DumpError
from webapp.signing_in.operations import begin_session
from webapp.signing_in.queries import Lifetimes


@pytest.fixture
def site(tmp_path, populated):
    """A service's data folder with an embedded database in it."""
    folder = tmp_path / "site"
    folder.mkdir()
    shutil.copy(populated, folder / "heldout.sqlite")
    (folder / "seed").write_bytes(b"the seed")
    (folder / "secrets.json").write_bytes(b"the secrets")
    return folder


@pytest.fixture
def made(site, tmp_path):
    file = tmp_path / "backup.zip"
    backup.make(embedded_database(site), site, file)
    return file


def names(folder):
    with closing(sqlite3.connect(folder / "heldout.sqlite")) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM users ORDER BY name")]


def test_what_is_restored_is_what_was_there(site, made, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    manifest = backup.restore(made, embedded_database(elsewhere), elsewhere)
    assert names(elsewhere) == names(site) == ["Ada", "Bob", "Eve", "Gil", "Ina"]
    assert manifest.rows["users"] == 5
    assert (elsewhere / "seed").read_bytes() == b"the seed"
    assert (elsewhere / "secrets.json").read_bytes() == b"the secrets"
    names_of_files = sorted(path.name for path in elsewhere.iterdir())
    assert names_of_files == ["heldout.sqlite", "secrets.json", "seed"]
    engine = make_engine(embedded_database(elsewhere))
    assert migrations.is_current(engine)
    engine.dispose()


def test_only_its_owner_reads_a_backup_and_what_came_from_it(made, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    backup.restore(made, embedded_database(elsewhere), elsewhere)
    for path in (made, *elsewhere.iterdir()):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, path


def test_a_backup_is_of_one_moment_while_others_write(site, tmp_path):
    engine = make_engine(embedded_database(site))
    stop, wrote = threading.Event(), threading.Event()

    def write():
        with Session(engine) as session:
            while not stop.is_set():
                data = os.urandom(2000)
                sha256 = hashlib.sha256(data).hexdigest()
                session.add(Content(sha256=sha256, size=2000, data=data))
                session.add(AuditEntry(action="write", subject=sha256))
                session.commit()
                wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert wrote.wait(30)
    try:
        manifest = backup.make(embedded_database(site), site, tmp_path / "busy.zip")
    finally:
        stop.set()
        writer.join()
        engine.dispose()
    assert manifest.rows["contents"] == manifest.rows["audit_entries"] > 0


def test_without_the_seed_nothing_of_it_is_in_the_file(site, tmp_path):
    file = tmp_path / "open.zip"
    backup.make(embedded_database(site), site, file, with_seed=False)
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["database", "manifest.json"]
    for name in ("seed", "secrets.json"):
        (site / name).unlink()
    backup.restore(file, embedded_database(site), site, force=True)
    assert sorted(path.name for path in site.iterdir()) == ["heldout.sqlite"]


def test_nothing_is_replaced_without_being_asked(site, made):
    with pytest.raises(BackupError, match="already: --force replaces it"):
        backup.restore(made, embedded_database(site), site)
    for name, kept, sentence in (
        ("seed", b"the seed", "another seed"),
        ("secrets.json", b"the secrets", "other secrets"),
    ):
        (site / name).write_bytes(b"another")
        with pytest.raises(BackupError, match=sentence):
            backup.restore(made, embedded_database(site), site)
        backup.restore(made, embedded_database(site), site, force=True)
        assert (site / name).read_bytes() == kept


def test_a_database_in_use_is_not_replaced(site, made):
    engine = make_engine(embedded_database(site))
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT count(*) FROM users"))
        with pytest.raises(BackupError, match="is in use: stop"):
            backup.restore(made, embedded_database(site), site, force=True)
    engine.dispose()


def _changed(made, **parts):
    with zipfile.ZipFile(made) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in kept.items():
            archive.writestr(name, parts.get(name.split(".")[0], lambda data: data)(content))


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"database": lambda data: data[:-1] + b"!"}, "not what its manifest says"),
        ({"manifest": lambda data: data.replace(b'"users": 5', b'"users": 6')}, "other rows"),
        ({"manifest": lambda data: b"{}"}, "no backup of Heldout"),
        ({"manifest": lambda data: data.replace(b'"format": 1', b'"format": 9')}, "format is 9"),
    ],
)
def test_a_damaged_backup_is_refused_before_anything_changes(site, made, parts, sentence):
    _changed(made, **parts)
    before = (site / "heldout.sqlite").read_bytes()
    with pytest.raises(BackupError, match=sentence):
        backup.restore(made, embedded_database(site), site, force=True)
    assert (site / "heldout.sqlite").read_bytes() == before


def test_a_changed_upload_is_noticed(site, tmp_path):
    engine = make_engine(embedded_database(site))
    with Session(engine) as session:
        session.add(Content(sha256="0" * 64, size=1, data=b"x"))
        session.commit()
    engine.dispose()
    with pytest.raises(BackupError, match="content 0000"):
        backup.make(embedded_database(site), site, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_half_a_file_is_no_backup(made, tmp_path):
    half = tmp_path / "half.zip"
    half.write_bytes(made.read_bytes()[:1000])
    with pytest.raises(BackupError, match="no backup of Heldout, or it is damaged"):
        backup.verify(half)


def test_the_commands_say_what_they_did(site, tmp_path, monkeypatch):
    monkeypatch.setenv("HELDOUT_DATA", str(site))
    monkeypatch.delenv("HELDOUT_DATABASE_URL", raising=False)
    file = str(tmp_path / "by-command.zip")
    run = CliRunner().invoke
    assert "verified" in run(backup_command, [file]).output
    assert "is there already" in run(backup_command, [file]).output
    assert "is sound" in run(restore_command, [file, "--check"]).output
    refused = run(restore_command, [file])
    assert (refused.exit_code, "--force replaces it" in refused.output) == (1, True)
    assert "is restored" in run(restore_command, [file, "--force"]).output


def test_each_kind_of_database_is_put_back_as_it_was(engine, session, graded, tmp_path):
    ada = graded("ada").user_id
    days = Lifetimes(timedelta(days=1), timedelta(days=1))
    begin_session(session, ada, browser="Firefox", kept=False, lifetimes=days)
    session.close()
    url = engine.url.render_as_string(hide_password=False)
    file = tmp_path / "either.zip"
    manifest = backup.make(url, tmp_path, file)
    with Session(engine) as session:
        session.execute(sa.update(Submission).values(filename="changed"))
        session.commit()
    engine.dispose()
    with pytest.raises((BackupError, DumpError), match="already: --force replaces"):
        backup.restore(file, url, tmp_path)
    backup.restore(file, url, tmp_path, force=True)
    with Session(engine) as session:
        assert session.scalars(sa.select(Submission.filename)).all() == ["work.ipynb"]
        # Some sessions may have been ended since, and none comes to life again.
        assert session.scalars(sa.select(BrowserSession)).all() == []
    assert manifest.rows["submissions"] == 1
    assert backup.verify(file) == manifest


def test_versions_of_assignments_are_carried_and_their_files_are_made_anew(
    site, tmp_path, monkeypatch
):
    from tests.webapp.assignments.folders import folder_at, put_in_use
    from webapp.assignments import version_folders
    from webapp.assignments.finding import site_assignment

    monkeypatch.setattr(version_folders, "_looked_at", set())
    engine = make_engine(embedded_database(site))
    with Session(engine) as session:
        found = put_in_use(session, folder_at(tmp_path / "brought"))
    backup.make(embedded_database(site), site, tmp_path / "whole.zip")
    elsewhere = tmp_path / "elsewhere"
    backup.restore(tmp_path / "whole.zip", embedded_database(elsewhere), elsewhere)
    monkeypatch.setenv("HELDOUT_DATA", str(elsewhere))
    there = make_engine(embedded_database(elsewhere))
    with Session(there) as session:
        folder = site_assignment(session, found.id).folder
    assert folder == elsewhere / "assignment-versions" / found.digest / found.id
    there.dispose()
    with Session(engine) as session:
        session.execute(sa.update(AssignmentVersion).values(archive=b"spoilt"))
        session.commit()
    engine.dispose()
    with pytest.raises(BackupError, match=r"version \w+ of a01_demo is damaged"):
        backup.make(embedded_database(site), site, tmp_path / "spoilt.zip")
