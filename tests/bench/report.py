"""The benchmark's figures as a table for people and as JSON for machines."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import floor, nbgrader, otter, profile
from tests.bench.upload import Uploads

_PACKAGES = ("heldout", "nbgrader", "numpy", "ipython", "matplotlib", "pytest")
_MEMORY = "MB: the largest sum of resident memory of a system's processes, seen in a run of "
_MEMORY += "its own; pages shared after a fork count in each process."
_RATIOS = "Ratios are medians over the rounds, each against the same round: × nbgrader is how many "
_RATIOS += (
    "times nbgrader's throughput once started, × floor how many times the floor's time, with "
)
_RATIOS += "figures drawn in both or in neither; × Otter likewise. A command in `quotes` is timed "
_RATIOS += "with its start-up."


@dataclass(frozen=True)
class Figure:
    """One system: seconds per submission over the rounds, and against nbgrader and the floor."""

    name: str
    median: float
    least: float
    most: float
    times_nbgrader: float | None
    times_otter: float | None
    times_floor: float | None
    memory_mb: float | None

    @property
    def ratios(self) -> tuple[float | None, ...]:
        """Against nbgrader, Otter and the floor."""
        return self.times_nbgrader, self.times_otter, self.times_floor


@dataclass(frozen=True)
class Report:
    """Everything that one run found."""

    assignment: str
    notebooks: int
    rounds: int
    peers_executed: tuple[str, ...]
    figures: tuple[Figure, ...]
    profile_ms: Mapping[str, Mapping[str, float]]
    uploads: Uploads | None = None


def figures(
    rounds: Sequence[Mapping[str, float]], memory: Mapping[str, float]
) -> tuple[Figure, ...]:
    """Medians over the rounds; `memory` is by the name of a figure."""
    found = []
    for name in rounds[0]:
        seconds = [measured[name] for measured in rounds]
        base = floor.DRAWN if _draws(name) else floor.FLOOR
        found.append(
            Figure(
                name,
                statistics.median(seconds),
                min(seconds),
                max(seconds),
                _times(rounds, nbgrader.STARTED, name),
                _times(rounds, otter.OTTER, name),
                statistics.median(r[name] / r[base] for r in rounds),
                memory.get(name),
            )
        )
    return tuple(found)


def _times(rounds: Sequence[Mapping[str, float]], peer: str, name: str) -> float | None:
    """How many times the peer's throughput; None where it was not measured."""
    if peer not in rounds[0]:
        return None
    return statistics.median(measured[peer] / measured[name] for measured in rounds)


def _draws(name: str) -> bool:
    return name.endswith("figures drawn") or "nbgrader" in name or name == otter.OTTER


def show(report: Report, console: Console) -> None:
    """Print the tables and what the reader must know about them."""
    title = f"{report.assignment}: {report.notebooks} notebooks, {report.rounds} rounds"
    table = Table(title=title, title_justify="left")
    table.add_column("seconds per submission of")
    for column in ("median", "least", "most", "× nbgrader", "× Otter", "× floor", "MB"):
        table.add_column(column, justify="right")
    for figure in report.figures:
        table.add_row(
            figure.name,
            *[f"{seconds:.3f}" for seconds in (figure.median, figure.least, figure.most)],
            *[_number(ratio, ".2f") for ratio in figure.ratios],
            _number(figure.memory_mb, ".0f"),
        )
    console.print(table)
    for sentence in (*report.peers_executed, _RATIOS, _MEMORY):
        console.print(sentence, highlight=False)
    console.print(_profile_table(report.profile_ms))
    if report.uploads is not None:
        console.print(_upload_table(report.uploads))


def _number(value: float | None, style: str) -> str:
    return "" if value is None else format(value, style)


def _profile_table(profiles: Mapping[str, Mapping[str, float]]) -> Table:
    title = "Where a submission's time goes, ms (one checker, warm)"
    table = Table(title=title, title_justify="left")
    table.add_column("step")
    for name in profiles:
        table.add_column(name, justify="right")
    for step in profile.STEPS:
        table.add_row(step, *[f"{shares[step]:.1f}" for shares in profiles.values()])
    table.add_section()
    table.add_row("together", *[f"{sum(shares.values()):.1f}" for shares in profiles.values()])
    return table


def _upload_table(uploads: Uploads) -> Table:
    title = f"Upload to first result and score, {uploads.count} uploads one by one, service idle"
    table = Table(title=title, title_justify="left")
    table.add_column("seconds from sending the file to")
    table.add_column("median", justify="right")
    table.add_column("95th percentile", justify="right")
    for what, (middle, high) in uploads.seconds.items():
        table.add_row(what, f"{middle:.3f}", f"{high:.3f}")
    return table


def write(reports: Sequence[Report], file: Path) -> None:
    """Write a report for each assignment and the conditions they were made under as JSON."""
    conditions = {
        "processors": os.cpu_count(),
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    document = {"reports": [asdict(report) for report in reports], "conditions": conditions}
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
