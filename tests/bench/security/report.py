"""What the attacks achieved, as tables for people and as JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.security.attacks import CONTROLS, EMPTY, RELEASE, SOLVED, Attack, Canaries
from tests.bench.security.system import FULL, Graded

GENERAL, SPECIFIC = "any grader", "Heldout"
_EXPLAINED = (
    "Made for Heldout are attacks on its own classes, modules, mounts and wire, which the other "
    "graders do not have. Raised: scored above the release, which scores like the empty notebook. "
    "Full: got every automatic point. Read: its cells showed a planted canary, if only to staff. "
    "Shown: a canary came back in the score's messages, the student's pages or the log. Broken: "
    "the grader gave no score. A file's canary is in its name and in its text. What comes back "
    "with the untouched release as well is not counted."
)
_TINY = 1e-9


class Refused(Exception):
    """A control did not get what it must: the comparison would mean nothing."""


@dataclass(frozen=True)
class Finding:
    """What one attack achieved against one grader."""

    attack: str
    grader: str
    score: float | None
    raised: bool
    full: bool
    read: tuple[str, ...]
    shown: tuple[str, ...]
    note: str

    @property
    def achieved(self) -> str:
        """In short, for a table; empty for nothing."""
        parts = [f"{self.score:g} points"] if self.raised and self.score is not None else []
        parts += [f"shows {name}" for name in self.shown]
        parts += [f"reads {name}" for name in self.read if name not in self.shown]
        return ", ".join(parts)


@dataclass(frozen=True)
class Row:
    """The findings of one grader and one group of attacks, counted."""

    grader: str
    group: str
    attacks: int
    raised: int
    full: int
    read: int
    shown: int
    broken: int


@dataclass(frozen=True)
class Report:
    """One run: `always_shown` has by grader the canaries that any notebook is shown."""

    always_shown: Mapping[str, tuple[str, ...]]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    specific: tuple[str, ...]


def require_controls(grader: str, graded: Mapping[str, Graded]) -> None:
    """Raise Refused unless the solved source has full marks and release and empty nothing."""
    wanted = {SOLVED: FULL, RELEASE: 0.0, EMPTY: 0.0}
    for name, score in wanted.items():
        got = graded[name]
        if got.score is None or abs(got.score - score) > _TINY:
            raise Refused(
                f"{grader} gives {name} {got.score} points, expected {score:g}. {got.note}"
            )


def report(
    attacks: Sequence[Attack], graded: Mapping[str, Mapping[str, Graded]], canaries: Canaries
) -> Report:
    """Conditions what every grader made of every attack; raises Refused."""
    always, rows, findings = {}, [], []
    specific = tuple(each.name for each in attacks if each.specific)
    for grader, results in graded.items():
        require_controls(grader, {name: results[name] for name in CONTROLS})
        release = results[RELEASE]
        always[grader] = tuple(sorted(canaries.names_in(release.told)))
        found = [_finding(grader, each, results[each.name], release, canaries) for each in attacks]
        general = [each for each in found if each.attack not in specific]
        made_for_heldout = [each for each in found if each.attack in specific]
        rows += [_row(grader, GENERAL, general), _row(grader, SPECIFIC, made_for_heldout)]
        findings += found
    return Report(always, tuple(rows), tuple(findings), specific)


def _finding(
    grader: str, attack: Attack, got: Graded, release: Graded, canaries: Canaries
) -> Finding:
    baseline = release.score or 0.0
    score = baseline if got.score is None else got.score
    known = canaries.names_in((*release.told, *release.cells))
    shown = canaries.names_in(got.told) - known
    read = canaries.names_in(got.cells) - known
    return Finding(
        attack.name,
        grader,
        got.score,
        score > baseline + _TINY,
        score > FULL - _TINY,
        tuple(sorted(read)),
        tuple(sorted(shown)),
        got.note,
    )


def _row(grader: str, group: str, found: Sequence[Finding]) -> Row:
    return Row(
        grader,
        group,
        len(found),
        raised=sum(each.raised for each in found),
        full=sum(each.full for each in found),
        read=sum(bool(each.read) for each in found),
        shown=sum(bool(each.shown) for each in found),
        broken=sum(each.score is None for each in found),
    )


def show(found: Report, console: Console) -> None:
    """Print the counts, what each successful attack achieved, and how to read both."""
    table = Table(title="Attacks of the corpus, each run as it is", title_justify="left")
    table.add_column("grader")
    table.add_column("made for")
    for column in ("all", "raised", "full", "read", "shown", "broken"):
        table.add_column(column, justify="right")
    for row in found.rows:
        counts = (row.attacks, row.raised, row.full, row.read, row.shown, row.broken)
        table.add_row(row.grader, row.group, *map(str, counts))
    console.print(table)
    console.print(_EXPLAINED, highlight=False)
    for grader, names in found.always_shown.items():
        if names:
            sentence = f"{grader} shows any notebook the canary of the {' and the '.join(names)}."
            console.print(sentence, highlight=False)
    console.print(_successes(found))


def _successes(found: Report) -> Table:
    table = Table(title="What they achieved (attacks without effect are left out)")
    table.title_justify = "left"
    table.add_column("attack", overflow="fold")
    graders = list(found.always_shown)
    for grader in graders:
        table.add_column(grader)
    achieved = {(each.attack, each.grader): each.achieved for each in found.findings}
    for attack in dict.fromkeys(each.attack for each in found.findings):
        cells = [achieved[attack, grader] for grader in graders]
        if any(cells):
            mark = " *" if attack in found.specific else ""
            table.add_row(f"{attack}{mark}", *cells)
    table.caption = "* made for Heldout"
    return table


def write(found: Report, conditions: Mapping[str, object], file: Path) -> None:
    """Write the report and the conditions it was made under as JSON."""
    machine = {"processors": os.cpu_count(), "python": platform.python_version(), **conditions}
    file.parent.mkdir(parents=True, exist_ok=True)
    document = {**asdict(found), "conditions": machine}
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
