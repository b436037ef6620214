"""Uploaded files: read within their limit, named safely, stored once by content."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from webapp.models import Content

_LONGEST_NAME = 120


@dataclass(frozen=True)
class Upload:
    """A file as it arrived."""

    filename: str
    data: bytes
    sha256: str


def read_upload(file: FileStorage | None, *, most: int, what: str) -> Upload:
    """The bytes of a form's file; raises FileRefused when there is none or too much."""
    if file is None or not file.filename:
        raise FileRefused(f"No file was chosen: choose {what} and submit again.")
    data = file.stream.read(most + 1)
    if len(data) > most:
        raise FileRefused(
            f"The file has more than {most // 2**20} MB, which is the most {what} may have."
        )
    if not data:
        raise FileRefused("The file is empty (0 bytes): save it again, then submit it.")
    return Upload(safe_filename(file.filename), data, hashlib.sha256(data).hexdigest())


def safe_filename(name: str) -> str:
    """The last part of a file's name, without control characters, in any script."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in " ._-()" else "_" for c in name)
    kept = kept.strip(" .") or "file"
    stem, dot, ending = kept.rpartition(".")
    if len(kept) <= _LONGEST_NAME or not dot:
        return kept[:_LONGEST_NAME]
    return stem[: _LONGEST_NAME - len(ending) - 1] + "." + ending[:20]


def store(session: Session, upload: Upload) -> None:
    """Add the content unless the database has it; the caller commits."""
    known = session.scalar(sa.select(Content.sha256).where(Content.sha256 == upload.sha256))
    if known is None:
        session.add(Content(sha256=upload.sha256, size=len(upload.data), data=upload.data))
        session.flush()


class FileRefused(ValueError):
    """An uploaded file is not what it should be: one sentence for whoever uploaded it."""
