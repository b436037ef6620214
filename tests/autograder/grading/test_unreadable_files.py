"""The grader version of a folder with links to nothing, pipes and files that cannot be read."""

from __future__ import annotations

import errno
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import Assignment, AssignmentError
from autograder.grading import grader_version
from autograder.grading import version as versions
from autograder.proof.validation_record import Soundness, record, soundness
from tests.autograder.two import two_functions


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    """With a module in a folder beside the checks, and a bank."""
    found = two_functions(tmp_path / "assignments")
    for name in ("helpers/deep.py", "wrong/twice.py"):
        (found.folder / name).parent.mkdir(exist_ok=True)
        (found.folder / name).write_text("1\n", encoding="utf-8")
    return found


def test_what_is_no_file_stops_no_grading(assignment: Assignment) -> None:
    folder = assignment.folder
    before = grader_version(assignment)
    (folder / ".#checks.py").symlink_to("somebody@somewhere.1")
    (folder / "lost.py").symlink_to(folder / "gone.py")
    (folder / "through.py").symlink_to(folder / "checks.py" / "deep.py")
    os.mkfifo(folder / "pipe.py")
    assert grader_version(assignment) == before


@pytest.mark.parametrize("removed", ["helpers", "helpers/deep.py"])
def test_what_disappears_while_it_is_listed_is_left_out(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch, removed: str
) -> None:
    path, before, listed = assignment.folder / removed, grader_version(assignment), os.listdir

    def removing(folder: Path) -> list[str]:
        names = listed(folder)
        if folder == path.parent:
            path.rename(assignment.folder.parent / "removed")
        return names

    with monkeypatch.context() as patched:
        patched.setattr(os, "listdir", removing)
        without = grader_version(assignment)
    assert without == grader_version(assignment) != before


def denied(*_: Any) -> Any:
    raise PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.parametrize("name", ["checks.py", "a01_two.ipynb", "helpers/deep.py", "helpers"])
def test_what_cannot_be_read_is_named_in_one_sentence(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    unreadable = assignment.folder / name
    assert record(assignment, sound=True, seeds=3, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert soundness(assignment) is Soundness.SOUND
    for owner, how in ((Path, "read_bytes"), (os, "listdir")):
        plain = getattr(owner, how)
        monkeypatch.setattr(
            owner, how, lambda path, plain=plain: (denied if path == unreadable else plain)(path)
        )
    versions._version.cache_clear()
    versions._own_digest.cache_clear()
    with pytest.raises(AssignmentError) as refused:
        grader_version(assignment)
    assert str(refused.value) == f"{unreadable} cannot be read: Permission denied"
    assert soundness(assignment) is Soundness.UNKNOWN


@pytest.mark.parametrize("name", ["gone.csv", "{outside}", "wrong/twice.py"])
def test_a_declared_file_that_is_none_is_named_in_one_sentence(
    assignment: Assignment, tmp_path: Path, name: str
) -> None:
    (tmp_path / "rows.csv").write_text("1\n", encoding="utf-8")
    name = name.format(outside=tmp_path / "rows.csv")
    with pytest.raises(AssignmentError, match=rf"{re.escape(name)}.* of {assignment.id}"):
        grader_version(replace(assignment, files=(name,)))
