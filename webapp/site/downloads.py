"""Files that people save: one way to name them, and no copy is kept on the way."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO

from flask import Response, send_file


def attachment(data: bytes | IO[bytes], name: str, mimetype: str) -> Response:
    """A file to save, never to be run as a page of ours."""
    whole = io.BytesIO(data) if isinstance(data, bytes) else data
    sent = send_file(whole, mimetype=mimetype, as_attachment=True, download_name=name)
    # What `headers` says of every answer holds for files too: private, and not stored.
    del sent.headers["Cache-Control"]
    return sent


def streamed(lines: Iterator[str], name: str, mimetype: str) -> Response:
    """A text to save that is written while it leaves; its name is plain ASCII."""
    sent = Response(lines, mimetype=mimetype)
    sent.headers.set("Content-Disposition", "attachment", filename=name)
    return sent
