"""How often a student may hand in, and when again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.base.clock import full_date, in_words, now
from webapp.models import CourseAssignment, Submission, SubmissionState

# What our own fault or staff stopped takes no attempt from the student.
_FREE = (SubmissionState.FAULT, SubmissionState.CANCELLED)
_WAITING = (SubmissionState.QUEUED, SubmissionState.RUNNING)


@dataclass(frozen=True)
class Tries:
    """Attempts made of those allowed, and the moment before which the next one is refused.

    `waiting` of them have no score yet, of `most_waiting` at a time.
    """

    used: int
    limit: int | None
    next_at: datetime | None
    waiting: int = 0
    most_waiting: int | None = None

    @property
    def left(self) -> int | None:
        """How many more may be sent; None where there is no limit."""
        return None if self.limit is None else max(0, self.limit - self.used)

    @property
    def too_many_wait(self) -> bool:
        """Whether as many wait as may wait at a time."""
        return self.most_waiting is not None and self.waiting >= self.most_waiting

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
        if waiting is not None:
            when = f"{full_date(waiting, zone)} ({in_words(waiting, moment)})"
            return f"There is a pause between attempts: you can send the next one from {when}."
        if not self.too_many_wait:
            return ""
        wait = "An attempt of yours waits"
        if self.waiting != 1:
            wait = f"{self.waiting} attempts of yours wait"
        return (
            f"{wait} to be graded, which is the most at a time:"
            " send the next one once there is a result."
        )

    def sentence(self, zone: str, at: datetime | None = None) -> str:
        """What is left and from when on, for the page; empty where nothing limits it."""
        moment = at or now()
        waiting = self.waiting_until(moment)
        parts = []
        if self.left is not None:
            parts.append(f"{self.left} of {self.limit} attempts left")
        if self.left != 0 and waiting is not None:
            parts.append(f"the next from {full_date(waiting, zone)} ({in_words(waiting, moment)})")
        elif self.left != 0 and self.too_many_wait:
            parts.append("the next once one that waits has its result")
        elif self.left != 0 and self.next_at is not None:
            parts.append("the next one can be sent now")
        if self.left != 0 and self.most_waiting is not None:
            parts.append(f"at most {self.most_waiting} may wait for their results at a time")
        text = ", ".join(parts)
        return f"{text[:1].upper()}{text[1:]}." if text else ""


def tries_of(item: CourseAssignment, attempts: Iterable[Submission]) -> Tries:
    """What a student's attempts leave them; pauses are elapsed time."""
    taken = [attempt for attempt in attempts if attempt.state not in _FREE]
    next_at = None
    if item.pause_minutes and taken:
        newest = max(attempt.received_at for attempt in taken)
        next_at = newest + timedelta(minutes=item.pause_minutes)
    waiting = sum(attempt.state in _WAITING for attempt in taken)
    return Tries(len(taken), item.attempt_limit, next_at, waiting, item.waiting_limit)
