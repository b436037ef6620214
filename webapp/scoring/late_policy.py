"""What late work is worth: times in, a share of the points out; it knows no database.

The n-th day late ends at the due time of the course's clock, n calendar days later, so that a day
on which the clocks change is still one day. Grace is elapsed time. Work came in the whole second
that its receipt shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.base.clock import both_readings, local

_MOST_DAYS = 3660


@dataclass(frozen=True)
class LatePolicy:
    """The rules of one assignment for one student, an extension of theirs included.

    `penalty` is the share of the points that each day late costs. After `cut_off_at` nothing
    counts.
    """

    zone: str
    due_at: datetime | None = None
    grace: timedelta = timedelta()
    penalty: float = 0.0
    cut_off_at: datetime | None = None

    def extended(self, until: datetime | None) -> LatePolicy:
        """The same for a student with an extension, where that holds.

        The cut-off moves with the due time and never forward.
        """
        due_at = own_due_time(self.due_at, until)
        cut_off_at = self.cut_off_at
        if cut_off_at is not None and due_at is not None and self.due_at is not None:
            cut_off_at = max(cut_off_at, due_at + (cut_off_at - self.due_at))
        return LatePolicy(self.zone, due_at, self.grace, self.penalty, cut_off_at)

    @property
    def in_time_until(self) -> datetime | None:
        """The last moment at which work is not late."""
        return None if self.due_at is None else self.due_at + self.grace

    def is_late(self, received_at: datetime) -> bool:
        """Whether work came after the due time and its grace."""
        last = self.in_time_until
        return last is not None and _second_of(received_at) > last

    def is_cut_off(self, received_at: datetime) -> bool:
        """Whether work came after the moment from which on nothing counts."""
        return self.cut_off_at is not None and _second_of(received_at) > self.cut_off_at

    def days_late(self, received_at: datetime) -> int:
        """How many days late, begun ones included; 0 in time or within the grace."""
        if self.due_at is None or not self.is_late(received_at):
            return 0
        received_at = _second_of(received_at)
        days = _elapsed_days(self.due_at, received_at)
        while received_at <= day_end(self.due_at, days - 1, self.zone) and days > 1:
            days -= 1
        while received_at > day_end(self.due_at, days, self.zone) and days < _MOST_DAYS:
            days += 1
        return days

    def worth(self, received_at: datetime, late_days: int = 0) -> Worth:
        """What work that came then keeps of its points, if `late_days` may still be spent on it.

        They are only spent where they save some of the points.
        """
        days = self.days_late(received_at)
        late = days > 0
        if self.is_cut_off(received_at):
            return Worth(kept=0.0, late=late, days_late=days, cut_off=True)
        if not late or self.penalty <= 0:
            return Worth(kept=1.0, late=late, days_late=days)
        used = min(days, max(late_days, 0))
        kept = self._kept(days - used)
        if kept <= self._kept(days):
            return Worth(kept=kept, late=late, days_late=days)
        return Worth(kept=kept, late=late, days_late=days, late_days_used=used)

    def _kept(self, days: int) -> float:
        return round(max(0.0, 1.0 - self.penalty * days), 9)


@dataclass(frozen=True)
class Worth:
    """What the rules make of one attempt: the share of its points that is kept, and why."""

    kept: float = 1.0
    late: bool = False
    days_late: int = 0
    late_days_used: int = 0
    cut_off: bool = False


def own_due_time(due_at: datetime | None, extended_to: datetime | None) -> datetime | None:
    """A student's due time: an extension holds as long as it is later than everyone's."""
    if due_at is None or extended_to is None:
        return due_at
    return max(due_at, extended_to)


def day_end(due_at: datetime, days: int, zone: str) -> datetime:
    """The due time on the course's clock, `days` calendar days later.

    Where the clocks leave that time out it is as much later as they skip; where they show it twice
    it is the later one: neither costs a student anything.
    """
    if days == 0:
        return due_at
    return max(both_readings(local(due_at, zone).replace(tzinfo=None) + timedelta(days=days), zone))


def _second_of(received_at: datetime) -> datetime:
    return received_at.replace(microsecond=0)


def _elapsed_days(due_at: datetime, received_at: datetime) -> int:
    days = math.ceil((received_at - due_at) / timedelta(days=1))
    return min(max(days, 1), _MOST_DAYS)


@dataclass(frozen=True)
class Attempt:
    """One attempt as the rules see it; a `fixed` score was set by staff as the whole."""

    number: int
    received_at: datetime
    score: float | None
    fixed: bool = False


@dataclass(frozen=True)
class Weighed:
    """An attempt's worth, and whether it is the one that counts."""

    attempt: Attempt
    worth: Worth
    counts: bool


def weigh(
    policy: LatePolicy, attempts: list[Attempt], *, last_counts: bool, late_days: int
) -> list[Weighed]:
    """Every attempt's worth, if `late_days` may be spent, and which one counts: exactly one.

    The best is the one that is worth most, the earliest among equals; the last is the one that came
    last, of those that have a score and came before the cut-off. Where none has a score, the first
    counts until one has.
    """
    worths = [_worth(policy, attempt, late_days) for attempt in attempts]
    pairs = list(zip(attempts, worths, strict=True))
    if not pairs:
        return []
    chosen, _ = max(pairs, key=_by_arrival if last_counts else _by_worth)
    return [Weighed(attempt, worth, attempt is chosen) for attempt, worth in pairs]


def _worth(policy: LatePolicy, attempt: Attempt, late_days: int) -> Worth:
    # Without points there is nothing that a late day could save.
    worth = policy.worth(attempt.received_at, late_days if attempt.score else 0)
    # What staff set as the whole score is meant as it stands.
    return Worth(1.0, worth.late, worth.days_late) if attempt.fixed else worth


def _by_worth(pair: tuple[Attempt, Worth]) -> tuple[float, int]:
    attempt, worth = pair
    return (-1.0 if attempt.score is None else attempt.score * worth.kept), -attempt.number


def _by_arrival(pair: tuple[Attempt, Worth]) -> tuple[bool, bool, float, int]:
    # What staff import may have come before an attempt that is there already.
    attempt, worth = pair
    if attempt.score is None:
        return False, False, 0.0, -attempt.number
    return not worth.cut_off, True, attempt.received_at.timestamp(), attempt.number
