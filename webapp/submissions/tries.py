"""How often a student may hand in, and when again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.base.clock import full_date, in_words, now
from webapp.models import CourseAssignment, Submission, SubmissionState

# What our own fault or staff stopped takes no attempt from the student.
_FREE = (SubmissionState.FAULT, SubmissionState.CANCELLED)


@dataclass(frozen=True)
class Tries:
    """Attempts made of those allowed, and the moment before which the next one is refused."""

    used: int
    limit: int | None
    next_at: datetime | None

    @property
    def left(self) -> int | None:
        """How many more may be sent; None where there is no limit."""
        return None if self.limit is None else max(0, self.limit - self.used)

    def waiting_until(self, at: datetime) -> datetime | None:
        """When the next attempt may be sent, if that is still ahead."""
        return self.next_at if self.next_at is not None and self.next_at > at else None

    def refusal(self, zone: str, at: datetime | None = None) -> str:
        """Why no attempt is taken now, in one sentence; empty where one is."""
        moment = at or now()
        if self.left == 0:
            allowed = "the one attempt" if self.limit == 1 else f"all {self.limit} attempts"
            return f"You have used {allowed} that this assignment allows, so it was not taken."
        waiting = self.waiting_until(moment)
        if waiting is None:
            return ""
        when = f"{full_date(waiting, zone)} ({in_words(waiting, moment)})"
        return f"There is a pause between attempts: you can send the next one from {when}."

    def sentence(self, zone: str, at: datetime | None = None) -> str:
        """What is left and from when on, for the page; empty where nothing limits it."""
        moment = at or now()
        waiting = self.waiting_until(moment)
        parts = []
        if self.left is not None:
            parts.append(f"{self.left} of {self.limit} attempts left")
        if self.left != 0 and waiting is not None:
            parts.append(f"the next from {full_date(waiting, zone)} ({in_words(waiting, moment)})")
        elif self.left != 0 and self.next_at is not None:
            parts.append("the next one can be sent now")
        text = ", ".join(parts)
        return f"{text[:1].upper()}{text[1:]}." if text else ""


def tries_of(item: CourseAssignment, attempts: Iterable[Submission]) -> Tries:
    """What a student's attempts leave them; pauses are elapsed time."""
    taken = [attempt for attempt in attempts if attempt.state not in _FREE]
    next_at = None
    if item.pause_minutes and taken:
        newest = max(attempt.received_at for attempt in taken)
        next_at = newest + timedelta(minutes=item.pause_minutes)
    return Tries(len(taken), item.attempt_limit, next_at)
