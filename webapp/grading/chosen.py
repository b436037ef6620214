"""Which version a worker grades a submission with, or why it leaves it to others.

All workers of a site grade with the same: a version that was brought to the site, which each takes
from the database, or a folder that has the same files as the site's own.
"""

from __future__ import annotations

import threading
import time

from sqlalchemy.orm import Session

from autograder.assignment import Assignment
from webapp.assignments.finding import is_brought, site_assignment
from webapp.assignments.here import versions_of_site, why_not

# A worker looks again whether it has the assignment by now.
_AGAIN_SECONDS = 5.0


class LeftToOthers(Exception):
    """This worker cannot grade with what the site grades with: one sentence."""

    def __init__(self, assignment: str, sentence: str) -> None:
        super().__init__(sentence)
        self.assignment = assignment


def chosen(session: Session, name: str) -> str | Assignment:
    """What to grade with: the version that was brought, else the id of what is placed here.

    Raises LeftToOthers.
    """
    said = {} if is_brought(session, name) else versions_of_site(session)
    if sentence := why_not(session, name, said):
        raise LeftToOthers(name, sentence)
    return site_assignment(session, name) if is_brought(session, name) else name


class LeftAlone:
    """The assignments that a worker takes nothing of for now; asked from several threads."""

    def __init__(self, seconds: float = _AGAIN_SECONDS) -> None:
        self._seconds = seconds
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def add(self, name: str) -> None:
        """Take nothing of it until it is worth another look."""
        with self._lock:
            self._until[name] = time.monotonic() + self._seconds

    def names(self) -> tuple[str, ...]:
        """What is left alone now."""
        with self._lock:
            moment = time.monotonic()
            self._until = {name: at for name, at in self._until.items() if at > moment}
            return tuple(sorted(self._until))
