"""How many passwords are tried at one moment: a hash is made to be dear, and threads are few.

Who comes when there is no place is told so at once, rather than waiting in a thread that pages
need. One source has fewer places than there are, and hardly any once it is seen to guess; browsers
that are known to an account have a gate of their own.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass


class NoPlace(Exception):
    """So many sign in at this moment that this one cannot even wait."""


class Gate:
    """Lets `at_once` go through at one moment, while `places` count those who wait as well."""

    def __init__(self, *, at_once: int, places: int, seconds: float = 10.0) -> None:
        self._turn = threading.BoundedSemaphore(at_once)
        self._places, self._seconds = places, seconds
        self._lock = threading.Lock()
        self._inside: Counter[str] = Counter()

    @contextmanager
    def enter(self, source: str, *, most: int) -> Iterator[None]:
        """Wait for one's turn; raises NoPlace where all places are taken, or `most` by it."""
        with self._lock:
            if self._inside.total() >= self._places or self._inside[source] >= most:
                raise NoPlace
            self._inside[source] += 1
        try:
            if not self._turn.acquire(timeout=self._seconds):
                raise NoPlace
            try:
                yield
            finally:
                self._turn.release()
        finally:
            with self._lock:
                self._inside[source] -= 1
                self._inside += Counter()  # leaves out those of whom nobody is inside


@dataclass(frozen=True)
class Places:
    """How many may wait for a hash or make one: for `strange` browsers, and for `known` ones."""

    strange: int
    of_one_source: int
    of_one_that_guesses: int
    known: int

    @classmethod
    def among(cls, threads: int) -> Places:
        """About half of the web's threads, at least one for each, and fewer for one source."""
        half = threads // 2
        known = max(1, half // 4)
        strange = max(1, half - known)
        return cls(strange, max(1, strange - strange // 4), max(1, strange // 3), known)


class Gates:
    """The gates of a process, which leave half of its threads to pages whatever happens."""

    def __init__(self, threads: int) -> None:
        # A hash keeps four cores busy for a moment, and takes 64 MB.
        at_once = max(1, (os.cpu_count() or 1) // 4)
        self.places = Places.among(threads)
        self._strange = Gate(at_once=at_once, places=self.places.strange)
        self._known = Gate(at_once=1, places=self.places.known)

    def for_source(self, source: str, *, guesses: bool) -> AbstractContextManager[None]:
        """A place for somebody who comes from there; raises NoPlace."""
        places = self.places
        most = places.of_one_that_guesses if guesses else places.of_one_source
        return self._strange.enter(source, most=most)

    def for_known(self, browser: str) -> AbstractContextManager[None]:
        """A place for a browser that is known to the account; raises NoPlace."""
        return self._known.enter(browser, most=1)
