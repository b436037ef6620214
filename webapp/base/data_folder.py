"""The data folder: its owner's alone, with the secrets that a site signs and salts with."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

SECRETS = "secrets.json"
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
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.chmod(0o700)
    free = shutil.disk_usage(data).free
    if free < _LEAST_FREE_BYTES:
        raise DataFolderError(
            f"There are {free // 2**20} MB free at {data}, expected at least "
            f"{_LEAST_FREE_BYTES // 2**20}: make room or choose another folder with --data."
        )


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
