"""What the benchmark asks of a system under measurement, and how its memory is watched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import psutil

_SAMPLE_SECONDS = 0.1
_MB = 2**20


class System(Protocol):
    """Something that executes or grades the corpus; started by its first measurement."""

    def measure(self) -> dict[str, float]:
        """Go through the corpus once: seconds per submission under one or more names."""

    def close(self) -> None:
        """End its processes."""


@dataclass
class Peak:
    """The largest sum of resident memory that was seen, in megabytes."""

    megabytes: float = 0.0


@contextmanager
def watched() -> Iterator[Peak]:
    """Watch the processes started within the block, with all their descendants.

    Pages that forked processes share count in each of them, so the figure is an upper bound.
    """
    peak, done = Peak(), threading.Event()
    before = {process.pid for process in psutil.Process().children()}
    watcher = threading.Thread(target=_watch, args=(peak, before, done), daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def _watch(peak: Peak, before: set[int], done: threading.Event) -> None:
    while True:
        total = 0
        for child in psutil.Process().children():
            if child.pid not in before:
                total += _resident(child)
        peak.megabytes = max(peak.megabytes, total / _MB)
        if done.wait(_SAMPLE_SECONDS):
            return


def _resident(root: psutil.Process) -> int:
    total = 0
    try:
        for process in [root, *root.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.Error:
        pass  # it ended between being listed and being read
    return total
