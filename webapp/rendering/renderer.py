"""The renderer: takes what is wanted, one account after the other, and keeps what was made."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from webapp.rendering.asked import Made, decode_asked, decode_made
from webapp.rendering.inside import WALL_SECONDS, read_frame, write_frame
from webapp.rendering.shelf import LANES, Shelf, Wanted

log = logging.getLogger("heldout.renderer")

# Two at a time of each kind; one account has one of them.
AT_ONCE, MOST_OF_ONE = 2, 1
_LOOK_SECONDS, _TIDY_SECONDS = 0.02, 60.0
_GIVE_UP_SECONDS = WALL_SECONDS + 10


class Maker(Protocol):
    """Makes one thing at a time."""

    def make(self, data: bytes) -> Made:
        """What was asked for, as bytes."""
        ...

    def close(self) -> None:
        """End what it keeps."""
        ...


class TextMaker:
    """A process of `inside.py`, started at once, and again when it is gone."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._running()

    def make(self, data: bytes) -> Made:
        """Text and notebooks; a process that does not answer is replaced."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        hung = threading.Timer(_GIVE_UP_SECONDS, process.kill)
        hung.start()
        try:
            write_frame(process.stdin, data)
            answer = read_frame(process.stdout)
            return decode_made(answer) if answer is not None else self._gone()
        except (OSError, ValueError):
            return self._gone()
        finally:
            hung.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "webapp.rendering.inside"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=nothing_secret(),
            )
        return self._process

    def _gone(self) -> Made:
        log.error("the process that makes pages ended")
        self.close()
        return Made(failed="crash")

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


class PdfMaker:
    """Counts and draws pages in the sandbox, where a PDF alone is opened."""

    def make(self, data: bytes) -> Made:
        """A PDF's pages and a picture of the first, or why there are none."""
        from autograder.sandbox.outside_pdf import PdfRejected, SandboxError, inspect_pdf

        try:
            found = inspect_pdf(decode_asked(data).source)
        except PdfRejected as error:
            return Made(refusal=str(error))
        except SandboxError:
            log.exception("a PDF could not be looked at")
            return Made(failed="crash")
        return Made(pages=found.pages, pictures={"page": found.thumbnail_png})

    def close(self) -> None:
        """Nothing is kept."""


class Renderer:
    """Serves one folder."""

    def __init__(self, shelf: Shelf, makers: dict[str, Callable[[], Maker]] | None = None) -> None:
        self._shelf = shelf
        kinds = makers or {"text": TextMaker, "pdf": PdfMaker}
        self._free = {lane: [kinds[lane]() for _ in range(AT_ONCE)] for lane in LANES}
        self._running: dict[Wanted, str] = {}
        self._served: dict[int, float] = {}
        self._lock = threading.Lock()

    def run(self, stop: threading.Event) -> None:
        """Make what is wanted until told to stop; what is being made then is finished."""
        tidy = 0.0
        with ThreadPoolExecutor(AT_ONCE * len(LANES)) as threads:
            while not stop.is_set():
                for lane in LANES:
                    self._start(lane, threads)
                if time.monotonic() > tidy:
                    tidy = time.monotonic() + _TIDY_SECONDS
                    self._shelf.tidy()
                stop.wait(_LOOK_SECONDS)
        for free in self._free.values():
            for maker in free:
                maker.close()

    def _start(self, lane: str, threads: ThreadPoolExecutor) -> None:
        with self._lock:
            while self._free[lane]:
                chosen = next_of(self._shelf.wanted(lane), self._running, self._served)
                if chosen is None:
                    return
                self._running[chosen] = lane
                self._served[chosen.account] = time.monotonic()
                threads.submit(self._make, chosen, self._free[lane].pop())

    def _make(self, wanted: Wanted, maker: Maker) -> None:
        try:
            try:
                made = maker.make(wanted.path.read_bytes())
            except FileNotFoundError:
                return  # nobody wants it any more
            self._shelf.keep(wanted, made)
        except Exception:
            log.exception("a page could not be made")
            self._shelf.keep(wanted, Made(failed="crash"))
        finally:
            with self._lock:
                self._free[wanted.lane].append(maker)
                del self._running[wanted]


def next_of(
    waiting: Iterable[Wanted], running: Iterable[Wanted], served: dict[int, float]
) -> Wanted | None:
    """The oldest of the account that was served longest ago and has nothing running in the lane."""
    now_running = list(running)
    taken = {each.path for each in now_running}
    held = Counter((each.lane, each.account) for each in now_running)
    choices = [
        each
        for each in waiting
        if each.path not in taken and held[each.lane, each.account] < MOST_OF_ONE
    ]
    return min(choices, key=lambda each: (served.get(each.account, 0.0), each.since), default=None)


def nothing_secret() -> dict[str, str]:
    """What a process needs of the environment to find its Python; no setting of the site."""
    kept = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ}
