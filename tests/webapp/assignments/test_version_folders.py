"""The site's versions as files: private, whole, the same for every process; old ones go."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from autograder.assignment import AssignmentError
from autograder.grading import grader_version
from tests.webapp.assignments.folders import folder_at, put_in_use
from webapp.assignments import version_folders
from webapp.assignments.finding import known, site_assignment
from webapp.assignments.packed import from_folder
from webapp.assignments.version_folders import CannotHave
from webapp.models import AssignmentVersion

NAME = "a01_demo"


def test_what_is_placed_is_found_until_a_version_of_the_site_is_in_use(session, tmp_path, data):
    placed = folder_at(tmp_path / "placed")
    assert site_assignment(session, NAME).folder == placed.resolve()
    other = folder_at(tmp_path / "other", check="another")
    found = put_in_use(session, other)
    brought = site_assignment(session, NAME)
    assert brought.folder == data / "assignment-versions" / found.digest / NAME
    assert from_folder(brought.folder).digest == from_folder(other).digest
    assert known(session) == [NAME]


def test_the_latest_version_put_in_use_is_the_one_and_judges_differently(session, tmp_path):
    first = put_in_use(session, folder_at(tmp_path / "one"))
    before = grader_version(site_assignment(session, NAME))
    put_in_use(session, folder_at(tmp_path / "two", check="stricter"))
    assert grader_version(site_assignment(session, NAME)) != before
    session.execute(
        sa.update(AssignmentVersion)
        .where(AssignmentVersion.digest == first.digest)
        .values(in_use_since=sa.func.datetime("now", "+1 hour"))
    )
    session.commit()
    assert grader_version(site_assignment(session, NAME)) == before


def test_only_its_owner_can_read_it(session, tmp_path, data):
    folder = folder_at(tmp_path / "one")
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "data.csv").write_text("1", encoding="utf-8")
    put_in_use(session, folder)
    site_assignment(session, NAME)
    for path in (data / "assignment-versions", *(data / "assignments").rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_many_threads_and_processes_at_once_make_one_whole_folder(session, tmp_path, data):
    found = put_in_use(session, folder_at(tmp_path / "one"))
    program = (
        "import sys, pathlib; from webapp.assignments import version_folders;"
        "archive = pathlib.Path(sys.argv[3]).read_bytes();"
        "print(version_folders.folder_of(sys.argv[1], sys.argv[2], lambda: archive))"
    )
    (tmp_path / "archive").write_bytes(found.archive)
    command = [sys.executable, "-c", program, NAME, found.digest, str(tmp_path / "archive")]
    others = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    homes: list[Path] = []

    def make() -> None:
        homes.append(version_folders.folder_of(NAME, found.digest, lambda: found.archive))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    printed = {other.communicate()[0].strip() for other in others}
    assert printed == {str(homes[0])}
    assert set(homes) == {homes[0]}
    assert from_folder(homes[0]).digest == found.digest
    assert [path.name for path in (data / "assignment-versions").iterdir()] == [found.digest]


def test_who_comes_second_takes_what_the_first_has_made(tmp_path, data, monkeypatch):
    """Another process finishes between our look and our renaming."""
    found = from_folder(folder_at(tmp_path / "one"))
    home = data / "assignment-versions" / found.digest / NAME
    put = version_folders._put

    def late(packed, there) -> None:
        put(packed, there)
        put(packed, there)

    monkeypatch.setattr(version_folders, "_put", late)
    assert version_folders.folder_of(NAME, found.digest, lambda: found.archive) == home
    assert [path.name for path in (data / "assignment-versions").iterdir()] == [found.digest]


def test_a_folder_that_was_changed_is_made_anew_by_the_next_process(session, tmp_path, monkeypatch):
    found = put_in_use(session, folder_at(tmp_path / "one"))
    folder = site_assignment(session, NAME).folder
    (folder / "checks.py").write_text("raise SystemExit", encoding="utf-8")
    monkeypatch.setattr(version_folders, "_looked_at", set())
    assert from_folder(site_assignment(session, NAME).folder).digest == found.digest


def test_a_folder_that_went_is_made_again(session, tmp_path):
    import shutil

    put_in_use(session, folder_at(tmp_path / "one"))
    folder = site_assignment(session, NAME).folder
    shutil.rmtree(folder.parent)
    assert site_assignment(session, NAME).checks_path.is_file()


@pytest.mark.parametrize(
    ("archive", "sentence"),
    [(b"", "damaged"), (b"PK", "damaged"), ("other", "is not the version that the site uses")],
)
def test_an_archive_that_is_not_the_version_is_refused(session, tmp_path, data, archive, sentence):
    put_in_use(session, folder_at(tmp_path / "one"))
    if archive == "other":
        archive = from_folder(folder_at(tmp_path / "two", check="x")).archive
    session.execute(sa.update(AssignmentVersion).values(archive=archive))
    session.commit()
    with pytest.raises(CannotHave, match=sentence):
        site_assignment(session, NAME)
    assert not (data / "assignment-versions").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(session, tmp_path, data):
    put_in_use(session, folder_at(tmp_path / "one"))
    data.write_text("a file where the data folder should be", encoding="utf-8")
    with pytest.raises(AssignmentError, match="cannot be written to"):
        site_assignment(session, NAME)


def test_what_nobody_asked_for_in_a_day_goes_but_never_what_is_kept(session, tmp_path, data):
    old = put_in_use(session, folder_at(tmp_path / "one"))
    kept = put_in_use(session, folder_at(tmp_path / "two", "a02_other"))
    for name in (NAME, "a02_other"):
        site_assignment(session, name)
    (data / "assignment-versions" / f".{16 * '0'}").mkdir()
    version_folders.forget_unused({kept.digest})
    assert len(list((data / "assignment-versions").iterdir())) == 3
    for path in (data / "assignment-versions").iterdir():
        os.utime(path, (time.time() - 2 * 86_400,) * 2)
    placed = data / "assignment-versions" / "a01_of_ones_own"
    placed.mkdir()
    os.utime(placed, (time.time() - 2 * 86_400,) * 2)
    version_folders.forget_unused({kept.digest})
    left = {path.name for path in (data / "assignment-versions").iterdir()}
    assert left == {kept.digest, placed.name}, "what is not ours stays"
    assert old.digest != kept.digest


def test_asking_for_a_version_keeps_its_folder(session, tmp_path, data):
    put_in_use(session, folder_at(tmp_path / "one"))
    home = site_assignment(session, NAME).folder.parent
    os.utime(home, (time.time() - 2 * 86_400,) * 2)
    site_assignment(session, NAME)
    version_folders.forget_unused(set())
    assert home.is_dir()
