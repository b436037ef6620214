"""How fast secrets may be tried: pauses that grow, and levels that run down.

Nothing is ever locked. What is counted is how often something was tried in vain, as a level at a
moment; what follows from it is how many seconds the next try has to wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

FORGOTTEN_SECONDS = 24 * 3600.0
_LONGEST_DOUBLING = 40


@dataclass(frozen=True)
class Level:
    """What was counted, and how many seconds ago the last was."""

    level: float = 0.0
    seconds_ago: float = 0.0


class Pace(Protocol):
    """What a level means."""

    def wait(self, counted: Level) -> float:
        """How many seconds the next try has to wait, 0 for none."""

    def after(self, counted: Level) -> float:
        """The level with one more try, made now."""


@dataclass(frozen=True)
class Growing:
    """`free` tries at once, then a pause of `first` seconds that doubles up to `longest`.

    A day without a try forgets all of them.
    """

    free: int
    first: float
    longest: float

    def wait(self, counted: Level) -> float:
        """min(first * 2^(level - free), longest), less what has passed since."""
        over = counted.level - self.free
        if over < 0 or counted.seconds_ago >= FORGOTTEN_SECONDS:
            return 0.0
        pause = min(self.first * 2 ** min(over, _LONGEST_DOUBLING), self.longest)
        return max(0.0, pause - counted.seconds_ago)

    def after(self, counted: Level) -> float:
        """One more, or the first of a day."""
        return 1.0 + (0.0 if counted.seconds_ago >= FORGOTTEN_SECONDS else counted.level)


@dataclass(frozen=True)
class Steady:
    """`burst` tries at once, then `hourly` an hour: a level that runs down at that rate."""

    burst: int
    hourly: float

    def wait(self, counted: Level) -> float:
        """(what is left + 1 - burst) / hourly, in seconds."""
        over = self.left(counted) + 1.0 - self.burst
        return max(0.0, over * 3600.0 / self.hourly)

    def after(self, counted: Level) -> float:
        """What is left of it and one more."""
        return self.left(counted) + 1.0

    def left(self, counted: Level) -> float:
        """max(0, level - hourly * hours ago)."""
        return max(0.0, counted.level - counted.seconds_ago * self.hourly / 3600.0)


# One account from one address. A person who mistypes meets no pause; a program has 19 tries in
# the first quarter of an hour and then four an hour.
ACCOUNT_FROM_SOURCE = Growing(free=10, first=2.0, longest=900.0)
# One account in a browser that it was signed in with before: counted for itself alone.
KNOWN_BROWSER = Growing(free=10, first=2.0, longest=900.0)
# One account from everywhere, browsers known to it left out. One address alone stays below it;
# with any number of them, a year has 100 + 365 * 24 * 6, some 53,000 tries.
ACCOUNT = Steady(burst=100, hourly=6.0)
# All accounts from one address: 300 students behind one may each mistype twice within a minute,
# and somebody else a hundred times.
SOURCE = Steady(burst=700, hourly=600.0)
# Tries that succeeded, of one account: each costs a password's hash and a session.
SIGNED_IN = Steady(burst=60, hourly=1200.0)
# Mails to one address, and mails asked for from one.
MAILS = Steady(burst=3, hourly=1.0)
MAILS_FROM_SOURCE = Steady(burst=300, hourly=300.0)
# From so many failures on, a source is one that guesses: see `gate`.
GUESSES_FROM = 300
