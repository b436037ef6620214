"""The data folder: its owner's alone, with the secrets that a site signs and salts with."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

SECRETS = "secrets.json"
# Where this machine alone asks for the metrics.
METRICS_SOCKET = "metrics.sock"
# What Heldout has ever made in the folder: nothing else in there is touched.
_OURS = (
    *(SECRETS, "seed", "heldout.sqlite*", "accounts.json", "handed-in", METRICS_SOCKET),
    *("results", "releases", "renderings", "assignment-versions"),
)
_OTHERS = 0o077
_LEAST_FREE_BYTES = 300 * 2**20


class DataFolderError(ValueError):
    """The data folder cannot be used as it is: one sentence."""


@dataclass(frozen=True)
class Secrets:
    """What sessions and links are signed with, and what passwords are salted with."""

    secret_key: str
    password_salt: str


def make_private_folder(data: Path) -> None:
    """The folder, which nobody else can enter, on a disk with room; raises DataFolderError."""
    if data.exists() and not data.is_dir():
        raise DataFolderError(f"{data} is a file, expected a folder.")
    keep_private(data)
    free = shutil.disk_usage(data).free
    if free < _LEAST_FREE_BYTES:
        raise DataFolderError(
            f"There are {free // 2**20} MB free at {data}, expected at least "
            f"{_LEAST_FREE_BYTES // 2**20}: make room or choose another folder with --data."
        )


@contextmanager
def private_files() -> Iterator[None]:
    """What is written meanwhile, by this process or one that it starts, is its owner's alone."""
    before = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def keep_private(data: Path) -> None:
    """Make the folder where it is missing, and take from others what they may do in it.

    Raises DataFolderError where it is another account's and open. What lies in a folder that is
    closed already is not looked at: a cache may hold a hundred thousand files.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        for path in (found for pattern in _OURS for found in data.glob(pattern)):
            _close(path)
        _close(data, deep=False)
    except PermissionError:
        raise DataFolderError(
            f"{data} belongs to another account and is open to others: run Heldout as that"
            " account, or give it a folder of its own."
        ) from None


def _close(path: Path, *, deep: bool = True) -> None:
    """Take what others may; what is inside first, so that an interrupted run is taken up again."""
    mode = path.lstat().st_mode
    if path.is_symlink() or not mode & _OTHERS:
        return
    if deep and path.is_dir():
        for inside in path.iterdir():
            _close(inside)
    path.chmod(mode & 0o700)


def kept_secrets(data: Path) -> Secrets | None:
    """The secrets that the folder holds, or None; raises DataFolderError."""
    path = data / SECRETS
    try:
        return Secrets(**_texts(path))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise DataFolderError(
            f"{path} is not as Heldout wrote it: put back the copy of a backup."
        ) from None


def _texts(path: Path) -> dict[str, str]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise TypeError
    return found


def ensure_secrets(data: Path) -> Secrets:
    """The folder's secrets, made on first use; raises DataFolderError."""
    found = kept_secrets(data)
    if found is None:
        found = Secrets(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        write_private(data / SECRETS, json.dumps(asdict(found)))
    return found


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    aside = path.with_name(f".{path.name}.new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
