"""Which files of a folder judge: all of them, but for what is listed here."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from pathlib import Path

# What Python, editors and their like leave behind, and prose: no code reads any of it.
_NEVER_READ = (".*", "__pycache__", "*.py[cod]", "*~", "#*#", "*.bak", "*.orig", "*.rej", "*.md")


def judging_files(folder: Path, leave_out: Collection[str] = ()) -> list[Path]:
    """The files in `folder` at any depth, sorted by where they are in it.

    `leave_out` names the folders right in it that hold nothing that judges.
    """
    found = []
    for place, folders, files in os.walk(folder):
        skipped = leave_out if Path(place) == folder else ()
        folders[:] = [name for name in folders if name not in skipped and _is_read(name)]
        found += [Path(place, name) for name in files if _is_read(name)]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _is_read(name: str) -> bool:
    return not any(fnmatchcase(name, pattern) for pattern in _NEVER_READ)


def add_files(digest: hashlib._Hash, folder: Path, files: Iterable[Path]) -> None:
    """Add where each file is in the folder, and what it holds."""
    for path in files:
        add_content(digest, path.relative_to(folder).as_posix(), path.read_bytes())


def add_content(digest: hashlib._Hash, name: str, content: bytes) -> None:
    """Add a content under its name."""
    digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
