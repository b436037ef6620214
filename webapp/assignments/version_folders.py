"""The site's assignments as files on this machine: a private folder for each version.

`DATA/assignment-versions/<digest>/<id>` is written aside and renamed, so that it is there whole or
not at all, whichever process of the machine comes first. A process looks once whether it holds what
its digest says, and makes it anew where it does not. What nobody asked for in a day goes.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

from autograder.assignment import AssignmentError
from webapp.assignments import packed
from webapp.assignments.packed import FolderRefused, Packed
from webapp.base.config import data_folder

_UNASKED_SECONDS = 86_400.0
_TOUCH_SECONDS = 3600.0
# A version's folder, and what was made aside or is damaged: nothing else there is ours.
_OURS = re.compile(r"[0-9a-f]{64}|\.[0-9a-f]{16}(\.damaged)?")
_making = threading.Lock()
_looked_at: set[Path] = set()


class CannotHave(AssignmentError):
    """This machine cannot have the version that the site uses: one sentence."""


def folder_of(name: str, digest: str, archive: Callable[[], bytes | None]) -> Path:
    """The folder of a version, made from its archive if need be; raises CannotHave.

    `archive` is asked only then.
    """
    home = top() / digest / name
    with _making:
        if home not in _looked_at or not (home / packed.DESCRIPTION).is_file():
            if not _holds(home, digest):
                _make(home, name, digest, archive())
            _looked_at.add(home)
    _asked_for(home.parent)
    return home


def top() -> Path:
    """Where the versions lie."""
    return data_folder() / "assignment-versions"


def forget_unused(kept: Collection[str]) -> None:
    """Remove what is of no kept digest and was not asked for in a day, remains included."""
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(top())):
            old = entry.stat(follow_symlinks=False).st_mtime < time.time() - _UNASKED_SECONDS
            if old and _OURS.fullmatch(entry.name) and entry.name not in kept:
                shutil.rmtree(entry.path, ignore_errors=True)


def _holds(home: Path, digest: str) -> bool:
    """Whether the folder is as its digest says; what grading leaves in it does not count."""
    try:
        return home.is_dir() and packed.from_folder(home).digest == digest
    except FolderRefused:
        return False


def _make(home: Path, name: str, digest: str, archive: bytes | None) -> None:
    if archive is None:
        raise CannotHave(f"the archive of {name} is missing: bring the assignment again")
    try:
        found = packed.from_zip(archive)
    except FolderRefused as error:
        raise CannotHave(f"the archive of {name} is damaged: {error}") from None
    if (found.id, found.digest) != (name, digest):
        raise CannotHave(f"the archive of {name} is not the version that the site uses")
    try:
        _put(found, home)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotHave(f"{name} cannot be written to {home.parent}: {reason}") from None


def _put(found: Packed, home: Path) -> None:
    """Write aside and rename; whoever else was quicker wrote the same."""
    top().mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = top() / f".{secrets.token_hex(8)}"
    aside.mkdir(mode=0o700)
    try:
        packed.write(found, aside / found.id)
        try:
            aside.rename(home.parent)
        except OSError:
            if not _holds(home, found.digest):  # it is damaged, or something else is there
                home.parent.rename(top() / f".{secrets.token_hex(8)}.damaged")
                aside.rename(home.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _asked_for(folder: Path) -> None:
    """Note that the version is in use here, but not at every look."""
    with contextlib.suppress(OSError):
        if folder.stat().st_mtime < time.time() - _TOUCH_SECONDS:
            os.utime(folder)
