"""Reading hostile ZIP archives: into memory only, within limits, never to disk.

What an archive declares is checked before anything is unpacked, and `zipfile` never
unpacks more of an entry than it declares. Archives inside archives are not opened.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import threading
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from autograder.submitted.notebook import MAX_BYTES, oversized

MAX_ENTRIES = 20_000
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024
MAX_UNPACKED_BYTES = 4 * 1024**3

_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    IndexError,
)
_DAMAGED = "The ZIP archive is damaged: pack it again."
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ArchiveRejected(Exception):
    """The archive, or one entry of it, is refused; the message is one sentence of help."""


@dataclass(frozen=True)
class Entry:
    """A file in an archive: its path as the archive writes it, and its number there."""

    path: str
    number: int


class _ReadTooLarge(OSError):
    pass


class _BoundedFile(io.FileIO):
    """A file that refuses one read of more than `most`: `zipfile` reads the directory at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = os.fstat(self.fileno()).st_size - self.tell()
        if size > self.most:
            raise _ReadTooLarge
        return super().read(size) or b""

    def __del__(self) -> None:
        self.close()


class ArchiveReader:
    """Lists and reads archives; the one used last stays open, since opening costs most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._archive: zipfile.ZipFile | None = None

    def entries(self, path: Path) -> list[Entry]:
        """The files in the archive, sorted by path; of two with one path the last counts.

        Raises ArchiveRejected.
        """
        with self._lock:
            infos = self._open(path).infolist()
        by_path = {
            (meant := _path_of(info)): Entry(meant, number)
            for number, info in enumerate(infos)
            if not info.is_dir()
        }
        return [by_path[name] for name in sorted(by_path)]

    def read(self, path: Path, entry: Entry) -> bytes:
        """The unpacked bytes of an entry, at most MAX_BYTES. Raises ArchiveRejected."""
        with self._lock:
            archive = self._open(path)
            try:
                info = archive.infolist()[entry.number]
                _refuse_entry(info)
                with archive.open(info) as file:
                    return file.read(info.file_size)
            except _FAULTS:
                raise ArchiveRejected("The file is damaged in its ZIP archive.") from None

    def _open(self, path: Path) -> zipfile.ZipFile:
        if self._archive is None or self._path != path:
            self._path, self._archive = None, None
            self._archive = _open_archive(path)
            self._path = path
        return self._archive


def _open_archive(path: Path) -> zipfile.ZipFile:
    try:
        if not path.is_file():
            raise ArchiveRejected("The ZIP archive is not a regular file.")
        file = _BoundedFile(path)
        file.most = MAX_DIRECTORY_BYTES
        archive = zipfile.ZipFile(file)
        file.most = MAX_BYTES
    except PermissionError as error:
        raise ArchiveRejected(f"The ZIP archive cannot be read: {error.strerror}.") from None
    except _ReadTooLarge:
        raise ArchiveRejected(f"The ZIP archive holds more than {MAX_ENTRIES} files.") from None
    except _FAULTS:
        raise ArchiveRejected(_DAMAGED) from None
    if len(archive.infolist()) > MAX_ENTRIES:
        raise ArchiveRejected(f"The ZIP archive holds more than {MAX_ENTRIES} files.")
    unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        raise ArchiveRejected(
            f"The ZIP archive unpacks to {unpacked / 1024**3:.0f} GB, but at most"
            f" {MAX_UNPACKED_BYTES // 1024**3} GB are accepted."
        )
    return archive


def _path_of(info: zipfile.ZipInfo) -> str:
    """The path as it was meant: macOS writes UTF-8 without the flag that says so."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def _refuse_entry(info: zipfile.ZipInfo) -> None:
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        raise ArchiveRejected("The file is a symbolic link: hand in the notebook itself.")
    if info.flag_bits & 1:
        raise ArchiveRejected("The file is encrypted: pack the archive again without a password.")
    if info.compress_type not in _METHODS:
        raise ArchiveRejected(
            "The archive uses a rare compression method: pack it again as an ordinary ZIP."
        )
    if info.file_size > MAX_BYTES:
        raise ArchiveRejected(oversized(info.file_size))
