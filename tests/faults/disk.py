"""A small disk that can be filled to the last byte and emptied again."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path
from typing import Self

import pytest


class SmallDisk:
    """A tmpfs of so many megabytes over a folder; mounting takes root."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self._folder = folder
        self._megabytes = megabytes
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("ab", buffering=0) as file:
            for chunk in (bytes(2**16), b"0"):
                with contextlib.suppress(OSError):
                    while file.write(chunk):
                        pass

    def empty(self) -> None:
        """Give back what `fill` took."""
        self._ballast.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        owner = self._folder.stat()
        options = f"size={self._megabytes}m,mode=700,uid={owner.st_uid},gid={owner.st_gid}"
        mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self._folder)]
        subprocess.run(mount, check=True)
        return self

    def __exit__(self, *exception: object) -> None:
        subprocess.run(["umount", "--lazy", str(self._folder)], check=True)


def may_mount() -> bool:
    """Whether this account can mount a file system."""
    return os.getuid() == 0


def skip_unless_mountable() -> None:
    """Skip a test that needs a small disk."""
    if not may_mount():
        pytest.skip("a disk that can be filled is a mounted tmpfs, which takes root")
