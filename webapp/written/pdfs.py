"""PDFs that are handed in: looked at by the renderer, at once where it has time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webapp.grading.library import Slide as SeenPdf
from webapp.rendering.prepared import Desk, Prepared
from webapp.site.uploads import FileRefused

MOST_BYTES = 10 * 2**20
LOOKED_AT_SOON = "It is being looked at: this page says soon whether it is one page."


@dataclass(frozen=True)
class Waiting:
    """A PDF that nobody has looked at yet."""

    what: Literal["slide", "review"]
    id: int
    user_id: int
    sha256: str


def look(desk: Desk, data: bytes, sha256: str) -> SeenPdf | None:
    """What the renderer sees; None where it has no time for it now. Raises FileRefused."""
    if not data.lstrip()[:5].startswith(b"%PDF-"):
        raise FileRefused("This file is not a PDF: export your page as PDF and upload that.")
    found = seen_in(*desk.pdf(sha256, lambda: data))
    if isinstance(found, str):
        raise FileRefused(found)
    return found


def seen_in(found: Prepared, picture: bytes) -> SeenPdf | str | None:
    """What was seen, why a PDF is refused, or None while neither is known."""
    made = found.ready
    if made is None:
        return None
    return made.refusal or (SeenPdf(int(made.pages), picture) if picture else None)
