"""Looking at an uploaded PDF from outside: the file is opened only inside the sandbox."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from .inside_confine import Confinement
from .outside_launch import Sandbox, SandboxError
from .outside_session import Session, SessionEnded

MAX_BYTES = 10 * 2**20
_SECONDS = 15.0
_WIDTH = 1280
_MAX_PICTURE = 8 * 2**20
_PNG = b"\x89PNG\r\n\x1a\n"
# Each picture takes a sandbox of its own: more than two at once could exhaust the host.
_TURNS = threading.BoundedSemaphore(2)
_CONFINEMENT = Confinement(memory_mb=512, processes=4, cpu_seconds=20)


@dataclass(frozen=True)
class PdfInfo:
    """A PDF's page count and a PNG picture of its first page."""

    pages: int
    thumbnail_png: bytes


class PdfRejected(ValueError):
    """The file is not a PDF that can be shown: one sentence for the student."""


def inspect_pdf(data: bytes) -> PdfInfo:
    """Count the pages and draw the first; PdfRejected for a bad file, SandboxError for ours."""
    if len(data) > MAX_BYTES:
        megabytes = MAX_BYTES // 2**20
        raise PdfRejected(f"The PDF has {len(data):,} bytes, at most {megabytes} MB are accepted.")
    if not data.lstrip()[:5].startswith(b"%PDF-"):
        raise PdfRejected("This file is not a PDF: export your slide as PDF and upload that.")
    with _TURNS, Sandbox(("pypdfium2", "pillow"), ("pypdfium2", "PIL.Image")) as sandbox:
        session = Session(sandbox, _CONFINEMENT)
        try:
            session.run_cell(
                "from heldout_inside.inside_pdf import inspect", 1, seconds=_SECONDS, limit=0
            )
            reply = session.call("inspect", (data, _WIDTH), {}, seconds=_SECONDS)
        except SessionEnded:
            raise PdfRejected("This PDF could not be opened in time: export it again.") from None
        finally:
            session.close()
    if reply.missing:
        raise SandboxError("the PDF reader is missing inside the sandbox")
    return _read(reply.value)


def _read(found: object) -> PdfInfo:
    if not isinstance(found, dict) or type(found.get("pages")) is not int:
        raise PdfRejected("This PDF is damaged or locked by a password: export it again.")
    pages, picture = found["pages"], found.get("picture")
    if type(picture) is not bytes or not picture.startswith(_PNG) or len(picture) > _MAX_PICTURE:
        raise PdfRejected("The first page of this PDF could not be drawn: export it again.")
    return PdfInfo(pages, picture)
