"""`make bench`: Heldout beside nbgrader and the floor, in one run on one corpus."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console

from autograder.assignment import Assignment, find_assignment
from tests.bench import corpus, report
from tests.bench.corpus import Sample
from tests.bench.floor import Floor
from tests.bench.heldout import GradeCommand, WarmPool
from tests.bench.nbgrader import EXECUTED, Autograde
from tests.bench.profile import profile
from tests.bench.system import System, watched
from tests.bench.upload import Uploads, measure_uploads

_console = Console()


@click.command()
@click.option("--assignment", default="a01_perceptron", show_default=True)
@click.option("--notebooks", default=24, show_default=True, type=click.IntRange(1))
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1))
@click.option("--workers", default=(1, 2), show_default=True, type=int, multiple=True)
@click.option("--json", "file", default=Path(".bench/bench.json"), type=click.Path(path_type=Path))
@click.option("--nbgrader-notebooks", default=6, show_default=True, type=click.IntRange(0))
@click.option("--uploads", default=50, show_default=True, type=click.IntRange(0))
@click.option("--no-nbgrader", is_flag=True, help="Leave nbgrader out.")
@click.option("--no-web", is_flag=True, help="Leave the web service out.")
def main(
    assignment: str,
    notebooks: int,
    rounds: int,
    workers: tuple[int, ...],
    file: Path,
    nbgrader_notebooks: int,
    uploads: int,
    no_nbgrader: bool,
    no_web: bool,
) -> None:
    """Time Heldout, nbgrader and the floor on the same notebooks, in turns."""
    described = find_assignment(assignment)
    samples = corpus.corpus(described, notebooks)
    peers = samples[: 0 if no_nbgrader else nbgrader_notebooks]
    with tempfile.TemporaryDirectory(prefix="heldout-bench-") as name:
        folder = Path(name)
        written = corpus.write(samples, folder / "notebooks")
        systems = _systems(described, samples, written, workers=workers)
        systems += [Autograde(described, peers, folder / "course")] if peers else []
        figures = _compare(systems, rounds)
        _console.print("profile …")
        profiles = profile(described, written)
    found = report.Report(
        described.id,
        notebooks,
        rounds,
        EXECUTED.format(count=len(peers)) if peers else "",
        figures,
        profiles,
        _uploads(described, 0 if no_web else uploads),
    )
    report.show(found, _console)
    report.write(found, file)
    _console.print(f"Written to {file}.", highlight=False)


def _systems(
    assignment: Assignment,
    samples: tuple[Sample, ...],
    notebooks: Path,
    *,
    workers: tuple[int, ...],
) -> list[System]:
    from autograder.grading.checker import warm_modules

    cells = notebooks.parent / "cells"
    cells.mkdir()
    corpus.copy_data(assignment, cells)
    return [
        Floor(["numpy", *warm_modules(assignment)], samples, cells),
        *[WarmPool(assignment, samples, count) for count in workers],
        *[GradeCommand(assignment, notebooks, count) for count in workers],
    ]


def _compare(systems: Sequence[System], rounds: int) -> tuple[report.Figure, ...]:
    """Every system in turn, round after round, so that a drift of the machine meets all alike."""
    memory: dict[str, float] = {}
    measured: list[Mapping[str, float]] = []
    with contextlib.ExitStack() as stack:
        for system in systems:
            stack.callback(system.close)
        for number in range(rounds + 1):
            _console.print(f"round {number} of {rounds} …" if number else "warming up …")
            found: dict[str, float] = {}
            for system in systems:
                # Watching costs time, so memory is read in the round that does not count.
                with watched() if number == 0 else contextlib.nullcontext() as peak:
                    seconds = system.measure()
                memory |= dict.fromkeys(seconds, peak.megabytes) if peak else {}
                found |= seconds
            measured += [found] if number else []
    return report.figures(measured, memory)


def _uploads(assignment: Assignment, count: int) -> Uploads | None:
    if count == 0:
        return None
    _console.print(f"{count} uploads to the web service …")
    return measure_uploads(assignment, count)


if __name__ == "__main__":
    main()
