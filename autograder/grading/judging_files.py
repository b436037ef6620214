"""Which files of a folder judge: all of them, but for what is listed here."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

from autograder.assignment import AssignmentError

# What Python, editors and their like leave behind, and prose: no code reads any of it.
_NEVER_READ = (".*", "__pycache__", "*.py[cod]", "*~", "#*#", "*.bak", "*.orig", "*.rej", "*.md")


# A link that leads nowhere or to itself, and what was removed while we looked.
_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_Found = TypeVar("_Found")
# What changes when a file is written: when that was, its size and its number on the disk.
State = tuple[int, int, int]


def judging_files(folder: Path, leave_out: Collection[str] = ()) -> dict[Path, State]:
    """The files in `folder` at any depth, sorted by where they are in it, with their states.

    `leave_out` names the folders right in it that hold nothing that judges. Links are followed,
    as imports follow them. Raises AssignmentError for what cannot be looked at.
    """
    top = _looked_at(folder, os.stat)
    found = _walk(folder, leave_out, frozenset({_place(top)})) if top else ()
    return dict(sorted(found, key=lambda each: each[0].relative_to(folder).as_posix()))


def _walk(
    folder: Path, leave_out: Collection[str], above: frozenset[tuple[int, int]]
) -> Iterator[tuple[Path, State]]:
    """A folder counts under each of its names, but not again inside itself: links may circle."""
    for name in filter(_is_read, _looked_at(folder, os.listdir) or ()):
        path = folder / name
        found = _looked_at(path, os.stat)
        if found and stat.S_ISREG(found.st_mode):
            yield path, _state(found)
        elif found and stat.S_ISDIR(found.st_mode) and name not in leave_out:
            inside = above | {_place(found)}
            if inside != above:
                yield from _walk(path, (), inside)


def _looked_at(path: Path, look: Callable[[Path], _Found]) -> _Found | None:
    """What `look` finds at the path; None where nothing is there."""
    try:
        return look(path)
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return None
        raise _unreadable(path, error) from None


def _place(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _state(found: os.stat_result) -> State:
    return found.st_mtime_ns, found.st_size, found.st_ino


def state_of(path: Path) -> State:
    """The state of one file; raises AssignmentError."""
    try:
        return _state(path.stat())
    except OSError as error:
        raise _unreadable(path, error) from None


def content_of(path: Path) -> bytes:
    """What a file holds; raises AssignmentError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> AssignmentError:
    return AssignmentError(f"{path} cannot be read: {error.strerror}")


def _is_read(name: str) -> bool:
    return not any(fnmatchcase(name, pattern) for pattern in _NEVER_READ)


def add_files(digest: hashlib._Hash, folder: Path, files: Iterable[Path]) -> None:
    """Add where each file is in the folder, and what it holds."""
    for path in files:
        add_content(digest, path.relative_to(folder).as_posix(), content_of(path))


def add_content(digest: hashlib._Hash, name: str, content: bytes) -> None:
    """Add a content under its name."""
    digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
