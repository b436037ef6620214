"""What `heldout validate --json FILE` writes: how far the proof is, and then what it found."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.cli.files import write_whole
from autograder.grading import grader_version
from autograder.proof.mutants import Mutants
from autograder.proof.validate import Report


class ValidationFile:
    """A record for each assignment, written anew whenever something is known; None writes nothing.

    `sound` is null until all is graded.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._records: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def begin(self, assignment: Assignment, *, total: int, seeds: int) -> None:
        """The next assignment's proof grades so many notebooks, each under so many seeds."""
        found = {"assignment": assignment.id, "sound": None, "done": 0, "total": total}
        self._records.append(found | {"seeds": seeds})
        self._write()

    def advance(self) -> None:
        """One notebook more is graded; called from several threads."""
        with self._lock:
            self._records[-1]["done"] += 1
            self._write()

    def found(self, report: Report, *, seconds: float) -> None:
        """What the proof found."""
        self._records[-1] |= {
            "sound": report.sound,
            "grader_version": grader_version(report.assignment),
            "questions": [question.name for question in report.assignment.auto_questions],
            "solutions": [
                {"name": name, "lost": sorted(lost), "expected": sorted(report.expected[name])}
                for name, lost in report.losses.items()
            ],
            "claims": [
                {"subject": each.subject, "claim": each.claim, "found": each.found}
                for each in report.claims
            ],
            "adversaries": report.adversaries,
            "mutants": _mutants(report.mutants),
            "gradings": report.gradings,
            "seconds": round(seconds, 1),
        }
        self._write()

    def _write(self) -> None:
        if self._file is not None:
            write_whole(self._file, json.dumps(self._records, indent=1) + "\n")


def _mutants(found: Mutants | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "made": found.made,
        "killed": found.killed,
        "equivalent": len(found.equivalent),
        "untried": found.untried,
        "survivors": [
            {"questions": list(each.questions), "diff": each.mutant.diff}
            for each in found.unexcused
        ],
    }
