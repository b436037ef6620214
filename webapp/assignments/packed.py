"""An assignment's folder as the site keeps it: its files alone, sorted, in a ZIP archive.

Whoever brings one is trusted with its checks, but a damaged or odd archive must do no harm: what it
declares is looked at before anything is unpacked, and nothing is written until all of it is read.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePosixPath

MOST_PACKED = 32 * 2**20
MOST_UNPACKED = 128 * 2**20
MOST_FILES = 2000
DESCRIPTION = "assignment.toml"

_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LONGEST_PATH = 200
_MOST_DIRECTORY = 2**20
# What editors, Python and other systems leave behind: it is left out, wherever it lies.
_LEFT_BEHIND = (".*", "__pycache__", "__MACOSX", "*.py[cod]", "*~", "Thumbs.db", "desktop.ini")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError),
    *(ValueError, OverflowError, IndexError, LookupError),
)


class FolderRefused(ValueError):
    """What was brought is no assignment's folder: one sentence."""


@dataclass(frozen=True)
class Packed:
    """The files of one assignment's folder by their paths in it."""

    id: str
    files: Mapping[str, bytes]

    @cached_property
    def digest(self) -> str:
        """Of every path and content: the same for the same files, whatever packed them."""
        digest = hashlib.sha256()
        for path in sorted(self.files):
            content = hashlib.sha256(self.files[path]).hexdigest()
            digest.update(f"{path}\0{content}\n".encode())
        return digest.hexdigest()

    @property
    def archive(self) -> bytes:
        """The files as the database keeps them: sorted, without times or modes of their own."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(self.files):
                archive.writestr(
                    zipfile.ZipInfo(f"{self.id}/{path}", _NO_TIME),
                    self.files[path],
                    compress_type=zipfile.ZIP_DEFLATED,
                )
        return packed.getvalue()


def from_folder(folder: Path) -> Packed:
    """The files of a folder on this machine, named by its id; raises FolderRefused."""
    folder = folder.resolve()
    files: dict[str, bytes] = {}
    size = 0
    try:
        for path in _files_in(folder):
            size += path.stat().st_size
            _refuse_too_much(len(files) + 1, size)
            files[_plain(path.relative_to(folder).as_posix())] = path.read_bytes()
    except OSError as error:
        raise FolderRefused(f"{error.filename} cannot be read: {error.strerror}.") from None
    return _assignment(folder.name, files)


def _files_in(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if _is_left_behind(path.name):
            continue
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            yield from _files_in(path)
        elif stat.S_ISREG(mode):
            yield path
        else:
            raise FolderRefused(f"{path} is a link or a device: put the file itself there.")


def from_zip(data: bytes, filename: str = "") -> Packed:
    """What a ZIP archive holds: one assignment's folder, or its files; raises FolderRefused.

    Files that lie in no folder are the assignment that the archive's own name says.
    """
    if len(data) > MOST_PACKED:
        raise FolderRefused(
            f"The ZIP archive has {len(data) / 2**20:.0f} MB, but at most"
            f" {MOST_PACKED // 2**20} MB are taken."
        )
    try:
        bounded = _Bounded(data)
        with zipfile.ZipFile(bounded) as archive:
            infos = _looked_at(archive)
            bounded.whole_entries = True
            files = {path: archive.read(info) for path, info in infos.items()}
    except _TooLong:
        raise FolderRefused(_TOO_MANY) from None
    except FolderRefused:
        raise
    except _FAULTS:
        raise FolderRefused(
            "The file is no ZIP archive, or it is damaged: pack it again."
        ) from None
    if DESCRIPTION in files:
        return _assignment(PurePosixPath(filename).stem, files)
    return _only_folder(files)


_TOO_MANY = f"There are more than {MOST_FILES} files: an assignment's folder has fewer."


class _TooLong(Exception):
    pass


class _Bounded(io.BytesIO):
    """An archive whose directory, which `zipfile` reads at once, must not be long."""

    whole_entries = False

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = max(0, self.getbuffer().nbytes - self.tell())
        if size > _MOST_DIRECTORY and not self.whole_entries:
            raise _TooLong
        return super().read(size)


def _looked_at(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The entries to read by their plain paths, each looked at before anything is unpacked."""
    found: dict[str, zipfile.ZipInfo] = {}
    size = 0
    for info in archive.infolist():
        path = _plain(info.filename)
        if info.is_dir() or any(map(_is_left_behind, path.split("/"))):
            continue
        _refuse_entry(info, path)
        if path in found:
            raise FolderRefused(f"The ZIP archive holds {path} twice.")
        size += info.file_size
        _refuse_too_much(len(found) + 1, size)
        found[path] = info
    for path in found:
        for above in PurePosixPath(path).parents:
            if str(above) in found:
                raise FolderRefused(f"In the ZIP archive {above} is a file and a folder.")
    return found


def _refuse_entry(info: zipfile.ZipInfo, path: str) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise FolderRefused(f"{path} is a link or a device: pack the file itself.")
    if info.flag_bits & 1:
        raise FolderRefused(f"{path} is encrypted: pack the folder again without a password.")
    if info.compress_type not in _METHODS:
        raise FolderRefused(f"{path} is packed in a rare way: pack the folder as an ordinary ZIP.")


def _refuse_too_much(files: int, size: int) -> None:
    if files > MOST_FILES:
        raise FolderRefused(_TOO_MANY)
    if size > MOST_UNPACKED:
        raise FolderRefused(
            f"Unpacked there are more than {MOST_UNPACKED // 2**20} MB, which is the most that an"
            " assignment's folder may have."
        )


def _plain(path: str) -> str:
    """A path that leads nowhere but down; raises FolderRefused for any other."""
    plain = unicodedata.normalize("NFC", path)
    parts = plain.rstrip("/").split("/")
    strange = any(unicodedata.category(c).startswith("C") or c in "\\:" for c in plain)
    if strange or len(plain) > _LONGEST_PATH or any(part in ("", ".", "..") for part in parts):
        raise FolderRefused(f"{path[:80]!r} is no path that a file of an assignment can have.")
    return plain


def _is_left_behind(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in _LEFT_BEHIND)


def _only_folder(files: Mapping[str, bytes]) -> Packed:
    """The one folder at the top, with nothing beside it."""
    homes = sorted(p.split("/")[0] for p in files if p.count("/") == 1 and p.endswith(DESCRIPTION))
    homes = [home for home in homes if f"{home}/{DESCRIPTION}" in files]
    if not homes:
        raise FolderRefused(
            f"There is no {DESCRIPTION}: pack the assignment's folder itself, not one around it."
        )
    if len(homes) > 1:
        raise FolderRefused(
            f"There are {len(homes)} assignments, {homes[0]} and {homes[1]} among"
            " them: bring one at a time."
        )
    beside = next((path for path in sorted(files) if path.split("/")[0] != homes[0]), None)
    if beside is not None:
        raise FolderRefused(f"{beside} lies beside the folder {homes[0]}: pack that folder alone.")
    start = len(homes[0]) + 1
    return _assignment(homes[0], {path[start:]: data for path, data in files.items()})


def _assignment(name: str, files: Mapping[str, bytes]) -> Packed:
    if not _ID.fullmatch(name):
        raise FolderRefused(
            f"{name[:80]!r} cannot be an assignment's id, which its folder is named by: use"
            " lower-case letters, digits and _."
        )
    for needed in (DESCRIPTION, "checks.py", f"{name}.ipynb"):
        if needed not in files:
            raise FolderRefused(f"The folder {name} holds no {needed}.")
    return Packed(name, dict(sorted(files.items())))


def write(packed: Packed, home: Path) -> None:
    """Write the files into an empty folder, for its owner alone; raises OSError."""
    for path, data in packed.files.items():
        for above in reversed(PurePosixPath(path).parents):
            (home / above).mkdir(mode=0o700, exist_ok=True)
        target = home / path
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
