"""What a page shows of something that the renderer makes: the copy, or why it is not there.

A request waits for the renderer for a moment at most, and only few do at a time, one of an account:
the others say at once that it is being prepared.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import current_app
from markupsafe import Markup

from webapp.rendering.asked import Asked, Kind, Made, key_of
from webapp.rendering.shelf import Place, Shelf

# What most pages take; threads that wait this long serve nobody meanwhile.
PATIENCE, PDF_PATIENCE = 0.5, 3.0
_LOOK_SECONDS = 0.01
_SENTENCES = {
    "time": "This takes too long to be set as a page, so it is not shown as one.",
    "memory": "This takes too much memory to be set as a page, so it is not shown as one.",
    "crash": "This could not be set as a page just now, which is our fault.",
    "away": "This cannot be set as a page just now: what prepares pages is not running.",
}


@dataclass(frozen=True)
class Prepared:
    """A copy, or none yet; `plain` is the text as it was written, for when it cannot be set."""

    made: Made | None
    plain: str = ""
    away: bool = False

    @property
    def waiting(self) -> bool:
        """Whether it is being prepared."""
        return self.made is None and not self.away

    @property
    def ready(self) -> Made | None:
        """What is to be shown, where it was made."""
        return None if self.made is None or self.made.failed else self.made

    @property
    def html(self) -> Markup:
        """A text, which the renderer sanitised."""
        return Markup(self.ready.html if self.ready else "")  # noqa: S704 - sanitised where made

    @property
    def sentence(self) -> str:
        """Why it is not shown; empty where it is, or will be."""
        if self.away:
            return _SENTENCES["away"]
        return _SENTENCES.get(self.made.failed, "") if self.made else ""


_NOTHING = Prepared(Made())


class Renderings:
    """The application's side of the renderer, for which a quarter of its `threads` may wait."""

    def __init__(
        self,
        shelf: Shelf,
        *,
        threads: int,
        patience: float = PATIENCE,
        pdf_patience: float = PDF_PATIENCE,
    ) -> None:
        self.shelf, self.patience, self.pdf_patience = shelf, patience, pdf_patience
        self._places = threading.BoundedSemaphore(max(1, threads // 4))
        self._accounts: set[int] = set()
        self._lock = threading.Lock()

    def desk(self, account: int, course: int | None) -> Desk:
        """Where one request asks, for an account; copies are kept as the course's."""
        return Desk(self, account, course)

    @contextmanager
    def may_wait(self, account: int) -> Iterator[bool]:
        """Whether this thread may wait a moment for what the account wants."""
        with self._lock:
            free = account not in self._accounts and self._places.acquire(blocking=False)
            if free:
                self._accounts.add(account)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._accounts.discard(account)
                    self._places.release()


class Desk:
    """One request's questions, which share one moment of patience."""

    def __init__(self, renderings: Renderings, account: int, course: int | None) -> None:
        self._renderings, self._account, self._course = renderings, account, course
        self._until = 0.0

    def text(self, text: str, *, top: int = 3) -> Prepared:
        """A text in Markdown."""
        return self._written(Asked("markdown", text.encode(errors="replace"), top=top), text)

    def review(self, text: str) -> Prepared:
        """A review, with how much of a page it fills."""
        return self._written(Asked("review", text.encode(errors="replace")), text)

    def _written(self, asked: Asked, text: str) -> Prepared:
        if not text.strip():
            return _NOTHING
        return self._find(asked.kind, asked.key, lambda: asked, plain=text)

    def notebook(self, parts: tuple[str, ...], load: Callable[[], Asked]) -> Prepared:
        """A notebook's page; its parts name its content, which is loaded only to be sent."""
        return self._find("notebook", key_of("notebook", *parts), load)

    def picture(self, parts: tuple[str, ...], name: str) -> bytes | None:
        """A picture of a notebook's page that was made."""
        return self._renderings.shelf.picture(self._place(key_of("notebook", *parts)), name)

    def pdf(
        self, sha256: str, load: Callable[[], bytes], patience: float | None = None
    ) -> tuple[Prepared, bytes]:
        """A PDF's number of pages, and a picture of its first."""
        key = key_of("pdf", sha256)
        patience = self._renderings.pdf_patience if patience is None else patience
        found = self._find("pdf", key, lambda: Asked("pdf", load()), patience=patience)
        return found, self._renderings.shelf.picture(self._place(key), "page") or b""

    def _find(
        self,
        kind: Kind,
        key: str,
        load: Callable[[], Asked],
        *,
        plain: str = "",
        patience: float | None = None,
    ) -> Prepared:
        """A copy; where there is none it is wanted, and waited for a moment."""
        shelf, place = self._renderings.shelf, self._place(key)
        made = shelf.find(place)
        if made is None:
            if not shelf.has_renderer():
                return Prepared(None, plain, away=True)
            shelf.want(self._account, place, kind, load)
            made = self._awaited(place, self._renderings.patience if patience is None else patience)
        return Prepared(made, plain)

    def _awaited(self, place: Place, patience: float) -> Made | None:
        shelf = self._renderings.shelf
        self._until = self._until or time.monotonic() + patience
        with self._renderings.may_wait(self._account) as may:
            while may and time.monotonic() < self._until:
                if (made := shelf.find(place)) is not None:
                    return made
                time.sleep(_LOOK_SECONDS)
        return shelf.find(place)

    def _place(self, key: str) -> Place:
        return Place(self._course, key)


def renderings() -> Renderings:
    """The running application's."""
    found = current_app.extensions["heldout-renderings"]
    assert isinstance(found, Renderings)
    return found
