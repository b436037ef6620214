"""How a check ends before its last line: with a verdict that the student can read.

A finding counts from the moment it is made, whatever becomes of the exception: no `except`, no
`finally` and no `contextlib.suppress` of a check turns it into points. What a check may really
forgive, it asks for inside `with excusing():`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from autograder.results import Verdict


class Finding(Exception):
    """A verdict about the student's work; `credit` is the fraction of the check's points earned."""

    def __init__(
        self,
        verdict: Verdict,
        message: str,
        *,
        hint: str = "",
        traceback: str = "",
        credit: float = 0.0,
    ) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.message = message
        self.hint = hint
        self.traceback = traceback
        self.credit = credit
        self.noted()

    def noted(self) -> Finding:
        """The finding itself, which counts for the check that runs now, whoever made it first."""
        notes = _notes.get()
        if notes is not None:
            notes.append(self)
        return self


_notes: ContextVar[list[Finding] | None] = ContextVar("findings", default=None)


def fail(message: str, hint: str = "") -> Finding:
    """A finding of a wrong answer; the caller raises it."""
    return Finding(Verdict.FAILED, message, hint=hint)


@contextmanager
def noting() -> Iterator[list[Finding]]:
    """Every finding that is made meanwhile and not excused."""
    notes: list[Finding] = []
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


@dataclass
class Excused:
    """What was excused: the first finding inside, if there was one."""

    finding: Finding | None = None


@contextmanager
def excusing() -> Iterator[Excused]:
    """A finding inside ends the block, not the check, and costs no point.

    For what is asked about a fault that another question already holds. Ask afterwards whether
    `excused.finding` is None: only then did the block run to its end.
    """
    excused = Excused()
    with noting() as inside:
        try:
            yield excused
        except Finding as finding:
            excused.finding = finding
        finally:
            excused.finding = next(iter(inside), excused.finding)


def settled(ended: Exception | None, notes: list[Finding]) -> Exception | None:
    """How a check really ended: its own last word, unless that gives more than a finding allows."""
    if not notes or not (ended is None or isinstance(ended, Finding)):
        return ended
    least = min(notes, key=lambda finding: finding.credit)
    return ended if ended is not None and ended.credit <= least.credit else least
