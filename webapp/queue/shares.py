"""Whose turn it is: what one account may hold, and which of the lines goes next.

An account holds at most its share of the slots. Of what waits, courses take turns; within a course
the smallest ticket is first, and an account whose job starts or ends goes to the end of the line.
A batch waits behind students, but after `BATCH_AFTER` starts of theirs comes one of a batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.models import Lane

BATCH_AFTER = 8
# Where nobody has said how many slots there are, nothing is held back.
NO_SHARE = 2**31 - 1


def share_of(slots: int) -> int:
    """How many slots one account may hold: half of them, rounded up, and one of one."""
    return max(1, (slots + 1) // 2)


@dataclass(frozen=True)
class Head:
    """The first line of an assignment, in one lane of one queue; `course_turn` is when its course
    last had a start.
    """

    item_id: int
    course_id: int
    lane: Lane
    queue: str
    ticket: int
    course_turn: int


def in_turn(heads: Sequence[Head], turns: Mapping[Lane, int]) -> list[Head]:
    """The heads in the order in which they may go, by the turn of each lane's last start.

    The other lane's come after them, for where those before them are being taken by others.
    """
    owed = turns[Lane.INTERACTIVE] - turns[Lane.BATCH] >= BATCH_AFTER
    first = Lane.BATCH if owed else Lane.INTERACTIVE
    return sorted(heads, key=lambda head: (head.lane != first, head.course_turn, head.ticket))
