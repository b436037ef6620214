"""What the other graders share: a cage, an environment, canaries, output that may be damaged."""

from __future__ import annotations

import csv
import math
from abc import ABC, abstractmethod
from pathlib import Path

from tests.bench.security.attacks import Attack, Canaries
from tests.bench.security.confine import Ended, confined
from tests.bench.security.system import SECONDS, SECRET, Graded, plant_file

# What reading a file raises that a hostile notebook has written or broken.
_DAMAGED = (ValueError, TypeError, LookupError, AttributeError, RecursionError, csv.Error)


class PeerFailed(Exception):
    """A peer could not set up the assignment."""


class Peer(ABC):
    """A grader that runs a notebook and its hidden tests in one cage, and writes down a score."""

    folder = ""

    def __init__(self, name: str, environment: Path, canaries: Canaries) -> None:
        self.name = name
        self._environment = environment
        self._canaries = canaries

    @abstractmethod
    def _hand_in(self, attack: Attack, folder: Path) -> None:
        """Put the notebook and what the grader needs into the folder."""

    @abstractmethod
    def _run_grader(self, folder: Path) -> Ended:
        """Run the notebook and the hidden tests."""

    @abstractmethod
    def _read(self, folder: Path, ended: Ended) -> Graded:
        """Read what the grader wrote, once nothing of it runs."""

    def grade(self, attack: Attack, folder: Path) -> Graded:
        """Grade one notebook; what the grader wrote and nobody can read is no score."""
        self._hand_in(attack, folder)
        plant_file(folder, self._canaries)
        ended = self._run_grader(folder)
        if ended.status is None:
            return Graded(None, f"no result within {SECONDS:g} s", (ended.output,), ())
        try:
            return self._read(folder, ended)
        except _DAMAGED as error:
            note = f"what it wrote cannot be read: {type(error).__name__}"
            return Graded(None, note, (ended.output,), ())

    def _run(self, home: Path, *command: str) -> Ended:
        return confined(
            command,
            environment=self._environment,
            home=home,
            variables={SECRET: self._canaries.environment},
            folder=self.folder,
            seconds=SECONDS,
        )


def finite(score: object) -> float:
    """A score that was written as a number or as text; ValueError or TypeError unless it is one."""
    if isinstance(score, bool) or not isinstance(score, (int, float, str)):
        raise TypeError("a score is not a number")
    number = float(score)
    if not math.isfinite(number):
        raise ValueError("a score is not finite")
    return number
