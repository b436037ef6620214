"""The sandbox's seconds of one grading, and whom they are charged to.

Cells run once and functions answer within `total` seconds. Cells that run again because a check
asked for a process that has been told nothing have as much time once more, which the checks alone
spend: a notebook that trains for long does not pay twice, and none can cost more than double.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Spent:
    """Seconds in the sandbox: the cells at first, the cells again, and the calls."""

    cells: float
    again: float
    calls: float


class Budget:
    """What is left of the time, as the sandbox alone uses it: a check's own time is not counted."""

    def __init__(self, total: float) -> None:
        self.total = total
        self._spent = 0.0
        self._cells = 0.0
        self._again = 0.0
        self._asked_again = False
        self._hung = False

    @property
    def spent(self) -> Spent:
        """Where the time went, since the last rewind where the cells' first run is left out."""
        return Spent(self._cells, self._again, self._spent - self._cells)

    def cells_have_run(self) -> None:
        """What was spent until now, the cells took."""
        self._cells = self._spent

    def rewind(self) -> None:
        """Give calls and repeated cells their whole time again, for checks under another seed."""
        self._spent, self._again = self._cells, 0.0

    def note_hang(self) -> None:
        """Something did not end in time: from now on each gets half of what is left at most."""
        self._hung = True

    @contextlib.contextmanager
    def cells_again(self) -> Iterator[None]:
        """Charge what happens meanwhile to the time for running cells again, while there is any."""
        self._asked_again = True
        try:
            yield
        finally:
            self._asked_again = False

    def left(self) -> float:
        """Seconds that the next cell or call may take from."""
        again = self.total - self._again if self._asked_again else 0.0
        return again + self.total - self._spent

    def allowed(self, seconds: float) -> float:
        """The limit of a cell or call: once something hung, it leaves half of the time to others.

        A function that hangs also hangs every cell that tries it out, and must not cost the
        questions that come after.
        """
        return min(seconds, self.left() / 2 if self._hung else self.left())

    @contextlib.contextmanager
    def clock(self) -> Iterator[None]:
        """Count what the sandbox takes meanwhile."""
        started = time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - started
            again = min(took, self.total - self._again) if self._asked_again else 0.0
            self._again += again
            self._spent += took - again
