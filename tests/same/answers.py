"""An answer of the site as text: its status, its headers that matter, and what it holds."""

from __future__ import annotations

import hashlib
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

from tests.same.normal import normal, without_figures
from tests.same.page_text import read_page
from tests.same.visitor import MOST_BYTES, Answer

_HEADERS = (
    *("Content-Type", "Content-Disposition", "Location", "Cache-Control", "Retry-After"),
    *("Content-Security-Policy", "WWW-Authenticate", "Allow"),
)
_LONGEST_NAME = 150
_DRAWN = re.compile(r"\b[0-9a-f]{32}\b")


def as_text(asked: str, answer: Answer) -> str:
    """What is kept of an answer."""
    said = [f"{asked}\nstatus {answer.status}"]
    said += [f"{name}: {answer.headers[name]}" for name in _HEADERS if answer.headers[name]]
    return normal("\n".join([*said, "", _content(asked, answer), ""]))


def _content(asked: str, answer: Answer) -> str:
    body, kind = answer.body, answer.kind
    if len(body) > MOST_BYTES:
        return "more than 1 MB"
    if kind == "text/html":
        return "\n".join(read_page(answer.text).lines)
    if body.startswith(b"SQLite format 3\0"):
        return _rows(body)
    if zipfile.is_zipfile(io.BytesIO(body)):
        return _entries(body)
    if asked.endswith("/metrics"):
        return without_figures(answer.text)
    if kind.startswith("text/") or "json" in kind or body[:1] in (b"{", b"["):
        return _readable(answer.text)
    return f"{len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()}"


def _readable(text: str) -> str:
    """JSON with a line for each value, other text as it is."""
    try:
        return json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False)
    except ValueError:
        return text


def _rows(body: bytes) -> str:
    """A database's statements, without the ids that each making of it draws anew."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(body)
        return "\n".join(sorted(_DRAWN.sub("(id)", line) for line in database.iterdump()))


def _entries(body: bytes) -> str:
    said = []
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in sorted(archive.namelist()):
            content = archive.read(name)
            try:
                said.append(f"{name}:\n{_readable(content.decode('utf-8'))}")
            except UnicodeDecodeError:
                said.append(f"{name}: sha256 {hashlib.sha256(content).hexdigest()}")
    return "\n".join(said)


def keep(folder: Path, address: str, text: str) -> None:
    """Write a page's text to the file of its address."""
    name = re.sub(r"[^\w./?&=,+-]", "_", address.strip("/")) or "index"
    if len(name) > _LONGEST_NAME:
        name = f"{name[:_LONGEST_NAME]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    path, query, asked = name.partition("?")
    # A query may hold slashes, which would be folders.
    place = folder / f"{path}{query}{asked.replace('/', '_')}.txt"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
