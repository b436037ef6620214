"""What a cell prints and shows, kept as plain text up to a limit."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any, Protocol

_MAX_ITEMS = 200
_OUT, _ERR = 1, 2
KEPT_TYPES = (
    "image/png",
    "image/jpeg",
    "image/svg+xml",
    "text/html",
    "text/markdown",
    "text/latex",
    "text/plain",
)


class Transcript:
    """What one cell showed, up to `limit` characters; what is beyond is dropped and said."""

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.items: list[list[Any]] = []

    def add(self, kind: str, mime: str, text: str) -> None:
        """Append one output; streams of one kind run together."""
        text = clean(text)
        kept = text[: self.left] if mime.startswith("text/") else text * (len(text) <= self.left)
        truncated = len(kept) < len(text)
        self.left -= len(kept)
        last = self.items[-1] if self.items else None
        if last and last[0] == kind and kind in ("stdout", "stderr"):
            last[2] += kept
            last[3] = last[3] or truncated
        elif (kept or truncated) and len(self.items) < _MAX_ITEMS:
            self.items.append([kind, mime, kept, truncated])


class _Writer(Protocol):
    transcript: Transcript


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of the cells; who asks for a descriptor gets a real one."""

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, kind: str, shell: _Writer) -> None:
        self.kind = kind
        self.name = f"<{kind}>"
        self.shell = shell

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return _OUT if self.kind == "stdout" else _ERR

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.shell.transcript.add(self.kind, "text/plain", text)
        return len(text)


class Sink(io.TextIOBase):
    """Drops what is written, and takes no descriptor, of which a student may have used up all."""

    encoding = "utf-8"

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.descriptor

    def write(self, text: str) -> int:
        return len(text)


class Beneath:
    """What programs and C libraries write to the standard descriptors themselves.

    Each is a file without a name in the submission's own /tmp, emptied after every cell.
    """

    def __init__(self) -> None:
        self._kinds: dict[int, str] = {}

    def open(self) -> None:
        """Put the files in the descriptors' places, once; without room they stay as they are."""
        if self._kinds:
            return
        self._kinds = {_OUT: "stdout", _ERR: "stderr"}
        for descriptor in self._kinds:
            with contextlib.suppress(OSError):
                file = os.open("/tmp", os.O_TMPFILE | os.O_RDWR | os.O_APPEND, 0o600)  # noqa: S108
                os.dup2(file, descriptor)
                os.close(file)

    def collect(self, transcript: Transcript) -> None:
        """Move what was written since the last time into the transcript."""
        for descriptor, kind in self._kinds.items():
            with contextlib.suppress(OSError):
                size = os.fstat(descriptor).st_size
                if size:
                    data = os.pread(descriptor, min(size, 4 * transcript.left + 4), 0)
                    os.ftruncate(descriptor, 0)
                    transcript.add(kind, "text/plain", data.decode("utf-8", "replace"))


def clean(text: str) -> str:
    """Text that is valid Unicode: a lone surrogate becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
