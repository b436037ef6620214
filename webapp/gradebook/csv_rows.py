"""The file of everybody's scores as CSV, safe in a spreadsheet: from the site and by program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.spreadsheet import safe_cell

_PARTS = ("", " waiting", " attempts", " late")
_ENDS = ("total", "possible", "written option", "passed")


@dataclass(frozen=True)
class Counting:
    """The attempt that counts at an assignment; `waiting` for staff, of so many `attempts`."""

    score: float | None
    waiting: bool
    attempts: int
    late: bool


@dataclass(frozen=True)
class Line:
    """One student; `counting` has None for an assignment where nothing was handed in."""

    who: tuple[str, str, str]
    counting: Sequence[Counting | None]
    total: float
    possible: float
    written_option: bool
    passed: bool | None


def scores_file(assignments: Sequence[str], lines: Iterable[Line]) -> str:
    """One line per student; a score that waits for staff has `*` in its own column."""
    out = io.StringIO()
    writer = csv.writer(out)
    columns = [safe_cell(name + part) for name in assignments for part in _PARTS]
    writer.writerow(["name", "email", "section", *columns, *_ENDS])
    for line in lines:
        cells = [cell for counting in line.counting for cell in _cells(counting)]
        passed = {None: "", True: "yes", False: "no"}[line.passed]
        written_option = "yes" if line.written_option else "no"
        ends = (number(line.total), number(line.possible), written_option, passed)
        writer.writerow([*map(safe_cell, line.who), *cells, *ends])
    return out.getvalue()


def _cells(found: Counting | None) -> tuple[str, ...]:
    if found is None:
        return "", "", "0", ""
    score = "" if found.score is None else number(found.score)
    waiting, late = "*" if found.waiting else "", "late" if found.late else ""
    return score, waiting, str(found.attempts), late


def number(value: float) -> str:
    """Points as files for other programs have them."""
    return format(round(value, 6), ".12g")
