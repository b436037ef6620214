"""How a check ends before its last line: with a verdict that the student can read."""

from __future__ import annotations

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


def fail(message: str, hint: str = "") -> Finding:
    """A finding of a wrong answer; the caller raises it."""
    return Finding(Verdict.FAILED, message, hint=hint)
