"""What a site keeps is its owner's alone, also where an earlier version left it open."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.assignment import find_assignment
from autograder.proof import validation_record
from tests.webapp.conftest import settings_for
from webapp import cli
from webapp.base.clock import now
from webapp.base.data_folder import DataFolderError, keep_private, private_files
from webapp.cli.backup import backup, restore
from webapp.cli.courses import course
from webapp.cli.init import init
from webapp.service import serve as serving
from webapp.service import worker_process
from webapp.service.backup import make
from webapp.service.backup import restore as put_back
from webapp.service.database import prepare_database

SECRETS = {"HELDOUT_SECRET_KEY": "k" * 20, "HELDOUT_PASSWORD_SALT": "s" * 20}


def open_to_others(folder: Path) -> list[str]:
    every = [folder, *folder.rglob("*")]
    return [str(path) for path in every if path.lstat().st_mode & 0o077]


@pytest.fixture(autouse=True)
def usual_umask():
    before = os.umask(0o022)
    yield
    assert os.umask(before) == 0o022


@pytest.fixture
def data(tmp_path) -> Path:
    """A site's folder as versions before left it: others may read everything."""
    folder = tmp_path / "data"
    prepare_database(settings_for(folder))
    for kept in ("results/ab", "releases/a01/x", "assignment-versions/0f/a01"):
        (folder / kept).mkdir(parents=True)
        (folder / kept / ".validated.json").write_text("{}")
    for name in ("seed", "secrets.json", "accounts.json", "heldout.sqlite-wal"):
        (folder / name).write_text('{"secret_key": "k", "password_salt": "s"}')
    (folder / "heldout.sqlite-wal").write_bytes(b"")
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    assert len(open_to_others(folder)) > 10
    return folder


def test_whoever_starts_closes_what_was_open(data):
    keep_private(data)
    assert open_to_others(data) == []
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "heldout.sqlite").stat().st_mode) == 0o600


@pytest.mark.parametrize("command", ["serve", "worker", "demo", "init", "course list", "backup"])
def test_each_command_closes_what_was_open(data, command, monkeypatch, tmp_path):
    """As far as it gets before it would serve or grade for as long as it is let."""
    ended = OSError("far enough")
    monkeypatch.setattr(cli, "_refuse_without_sandbox", lambda: None)
    monkeypatch.setattr(serving.Service, "run", lambda _: (_ for _ in ()).throw(ended))
    monkeypatch.setattr("webapp.demo.demo_accounts", lambda *_: (_ for _ in ()).throw(ended))
    monkeypatch.setattr(worker_process, "queues_here", lambda: (_ for _ in ()).throw(ended))
    commands = {
        "serve": (cli.serve, []),
        "worker": (cli.worker, []),
        "demo": (cli.demo, []),
        "init": (init, ["--admin", "ina@example.edu"]),
        "course list": (course, ["list"]),
        "backup": (backup, [str(tmp_path / "file")]),
    }
    group, arguments = commands[command]
    where = ["--data", str(data)]
    said = CliRunner().invoke(group, [*arguments, *where], env=SECRETS)
    assert open_to_others(data) == [], said.output


def test_a_command_writes_for_its_owner_alone_and_leaves_the_umask_as_it_was(tmp_path):
    with private_files():
        (tmp_path / "kept").write_text("x")
    (tmp_path / "other").write_text("x")
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "other").stat().st_mode) == 0o644


def test_a_database_outside_of_the_folder_is_closed_as_well(tmp_path):
    elsewhere = tmp_path / "elsewhere" / "db.sqlite"
    elsewhere.parent.mkdir()
    elsewhere.touch(mode=0o644)
    prepare_database(settings_for(tmp_path / "data", f"sqlite:///{elsewhere}"))
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600
    assert stat.S_IMODE(elsewhere.parent.stat().st_mode) == 0o755


def test_a_backup_and_what_it_restores_are_private(data, tmp_path):
    file, there = tmp_path / "backup", tmp_path / "there"
    make(settings_for(data).database_url, data, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    put_back(file, settings_for(there).database_url, there)
    assert open_to_others(there) == []
    assert CliRunner().invoke(restore, [str(file), "--check"]).exit_code == 0


def test_what_is_not_of_a_site_is_left_alone(tmp_path):
    data = tmp_path / "home"
    (data / "public").mkdir(parents=True)
    (data / "public" / "page.html").write_text("x")
    (data / "seed").symlink_to(data / "public" / "page.html")
    keep_private(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "public" / "page.html").stat().st_mode) == 0o644


def test_somebody_elses_open_folder_is_one_sentence(data, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(DataFolderError, match="belongs to another account and is open"):
        keep_private(data)


@pytest.mark.parametrize(("folder", "file"), [(0o700, 0o600), (0o750, 0o640), (0o755, 0o644)])
def test_a_proof_is_as_private_as_the_folder_it_lies_in(tmp_path, folder, file):
    """The service of another account reads what `heldout validate` found in a shared folder."""
    from dataclasses import replace

    assignment = replace(find_assignment("a01_perceptron"), folder=tmp_path)
    tmp_path.chmod(folder)
    with pytest.MonkeyPatch.context() as patch, private_files():
        patch.setattr(validation_record, "_digest", lambda _: "0")
        assert validation_record.record(assignment, sound=True, seeds=1, at=now())
    assert stat.S_IMODE((tmp_path / ".validated.json").stat().st_mode) == file
