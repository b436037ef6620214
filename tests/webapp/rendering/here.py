"""A renderer for tests of pages: what a page wants is made before it looks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from tests.webapp.graders import inspect_stand_in
from webapp.rendering.asked import Asked, Kind, Made, decode_asked
from webapp.rendering.inside_made import make
from webapp.rendering.prepared import Renderings
from webapp.rendering.shelf import LANES, RENDERINGS, Place, Shelf
from webapp.site.uploads import FileRefused


class ShelfMadeHere(Shelf):
    """The folder, with nobody else at it."""

    def has_renderer(self) -> bool:
        return True

    def want(self, account: int, place: Place, kind: Kind, load: Callable[[], Asked]) -> bool:
        kept = super().want(account, place, kind, load)
        for lane in LANES:
            for each in self.wanted(lane):
                asked = decode_asked(each.path.read_bytes())
                self.keep(each, _pdf(asked) if asked.kind == "pdf" else make(asked))
        return kept


def _pdf(asked: Asked) -> Made:
    try:
        seen = inspect_stand_in(asked.source)
    except FileRefused as error:
        return Made(refusal=str(error))
    return Made(pages=seen.pages, pictures={"page": seen.thumbnail_png})


def made_here(app: Flask, data: Path) -> Renderings:
    """Let an application's pages be made by the process that shows them."""
    found = Renderings(ShelfMadeHere(data / RENDERINGS), threads=16)
    app.extensions["heldout-renderings"] = found
    return found
