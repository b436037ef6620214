"""The files below a folder or in an archive, found but unread, as the intake sees them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.submitted.archive import ArchiveReader, Entry
from autograder.submitted.notebook import MAX_BYTES, oversized

_SKIPPED = frozenset(("__MACOSX", "__pycache__"))
_LINK = "This is a symbolic link: hand in the notebook itself."
_TRAVERSAL = "The file's path leads out of its ZIP archive."
_NESTED = "This is a ZIP archive inside an archive: unpack it first."


class FileRefused(Exception):
    """One file is refused; the message is the sentence for its submission."""


@dataclass(frozen=True)
class FoundFile:
    """A file below a path that was given: `parts` from there, `above` the folders over it.

    `key` tells it from every other file. A closed folder is one that is not entered, a
    link or unreadable; its `read` says why.
    """

    parts: tuple[str, ...]
    above: tuple[str, ...]
    key: str
    read: Callable[[], bytes]
    closed_folder: bool = False

    @property
    def is_notebook(self) -> bool:
        return self.parts[-1].lower().endswith(".ipynb")

    @property
    def is_archive(self) -> bool:
        return self.parts[-1].lower().endswith(".zip")


def named_file(path: Path) -> FoundFile:
    """A file that staff named themselves: a link is followed."""
    place = Path(os.path.abspath(path))
    real = path.resolve()
    return FoundFile((place.name,), place.parts[:-1], str(real), partial(_read_regular, real))


def walk_folder(folder: Path) -> Iterator[FoundFile]:
    """Every file below a folder that is not hidden, in a fixed order; links are refused."""
    root = folder.resolve()
    above = Path(os.path.abspath(folder)).parts
    unreadable: list[OSError] = []
    for current, folders, names in os.walk(root, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        linked = [name for name in folders if Path(current, name).is_symlink()]
        for name in sorted([*names, *linked]):
            if _hidden(name):
                continue
            path = Path(current, name)
            read = partial(_refuse, _LINK) if path.is_symlink() else partial(_read_regular, path)
            parts = path.relative_to(root).parts
            yield FoundFile(parts, above, str(path), read, closed_folder=name in linked)
    for error in unreadable:
        path = Path(error.filename)
        parts = path.relative_to(root).parts or (root.name,)
        yield FoundFile(parts, above, str(path), partial(_fail, error), closed_folder=True)


def archived_files(path: Path, reader: ArchiveReader) -> list[FoundFile]:
    """Every file in an archive that is not hidden; raises ArchiveRejected."""
    files = (_archived_file(path, entry, reader) for entry in reader.entries(path))
    return [file for file in files if not any(_hidden(part) for part in file.parts)]


def _archived_file(path: Path, entry: Entry, reader: ArchiveReader) -> FoundFile:
    inner = entry.path.replace("\\", "/")
    parts = tuple(part for part in inner.split("/") if part not in ("", ".")) or ("unnamed",)
    key = f"{path}: {entry.path}"
    if ".." in parts or inner.startswith("/") or parts[0].endswith(":"):
        return FoundFile(parts[-1:], (), key, partial(_refuse, _TRAVERSAL))
    if parts[-1].lower().endswith(".zip"):
        return FoundFile(parts, (), key, partial(_refuse, _NESTED))
    return FoundFile(parts, (), key, partial(reader.read, path, entry))


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED


def _read_regular(path: Path) -> bytes:
    """Read a regular file of at most MAX_BYTES; a pipe or device is never waited for."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise FileRefused("This is not a regular file: hand in the notebook itself.")
        if status.st_size > MAX_BYTES:
            raise FileRefused(oversized(status.st_size))
        return file.read(status.st_size)


def _refuse(sentence: str) -> bytes:
    raise FileRefused(sentence)


def _fail(error: OSError) -> bytes:
    raise error
