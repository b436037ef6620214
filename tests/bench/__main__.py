"""`make bench`: Heldout beside nbgrader, Otter and the floor, in one run on one corpus."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.console import Console

from autograder.assignment import Assignment, find_assignment
from autograder.submitted.notebook import parse_notebook
from tests.bench import corpus, nbgrader, otter, report
from tests.bench.corpus import Sample
from tests.bench.floor import Floor
from tests.bench.heldout import SEED, GradeCommand, WarmPool
from tests.bench.nbgrader import Autograde
from tests.bench.otter import OtterRun
from tests.bench.profile import profile
from tests.bench.security.hidden import HiddenTest, hidden_tests
from tests.bench.system import System, watched
from tests.bench.upload import Uploads, measure_uploads

# Wide enough for every column where the output goes into a file.
_console = Console(width=None if sys.stdout.isatty() else 120)
_ENVIRONMENTS = Path(".bench/security")


@dataclass(frozen=True)
class _Sizes:
    """How many notebooks of one assignment each system gets, and in how many rounds."""

    notebooks: int
    rounds: int
    nbgrader: int
    otter: int


@click.command()
@click.option("--assignment", default="a02_losses", show_default=True)
@click.option("--notebooks", default=40, show_default=True, type=click.IntRange(1))
@click.option("--rounds", default=2, show_default=True, type=click.IntRange(1))
@click.option("--torch", default="a06_flight_delay", show_default=True, help="A torch assignment.")
@click.option("--torch-notebooks", default=3, show_default=True, type=click.IntRange(0))
@click.option("--workers", default=(1, 2), show_default=True, type=int, multiple=True)
@click.option("--json", "file", default=Path(".bench/bench.json"), type=click.Path(path_type=Path))
@click.option("--nbgrader-notebooks", default=6, show_default=True, type=click.IntRange(0))
@click.option("--otter-notebooks", default=2, show_default=True, type=click.IntRange(0))
@click.option("--uploads", default=50, show_default=True, type=click.IntRange(0))
def main(
    assignment: str,
    notebooks: int,
    rounds: int,
    torch: str,
    torch_notebooks: int,
    workers: tuple[int, ...],
    file: Path,
    nbgrader_notebooks: int,
    otter_notebooks: int,
    uploads: int,
) -> None:
    """Time Heldout, nbgrader, Otter and the floor on the same notebooks, in turns."""
    described = find_assignment(assignment)
    sizes = _Sizes(notebooks, rounds, nbgrader_notebooks, otter_notebooks)
    reports = [replace(_run(described, sizes, workers), uploads=_uploads(described, uploads))]
    if torch_notebooks:
        peers = [min(1, count) for count in (nbgrader_notebooks, otter_notebooks)]
        reports.append(_run(find_assignment(torch), _Sizes(torch_notebooks, 1, *peers), workers))
    for found in reports:
        report.show(found, _console)
    report.write(reports, file)
    _console.print(f"Written to {file}.", highlight=False)


def _run(assignment: Assignment, sizes: _Sizes, workers: tuple[int, ...]) -> report.Report:
    samples = corpus.corpus(assignment, sizes.notebooks)
    _console.print(f"{assignment.id}: {sizes.notebooks} notebooks", highlight=False)
    with tempfile.TemporaryDirectory(prefix="heldout-bench-") as name:
        folder = Path(name)
        written = corpus.write(samples, folder / "notebooks")
        systems = _systems(assignment, samples, written, workers=workers)
        peers, sentences = _peers(assignment, samples, sizes, folder)
        figures = _compare([*systems, *peers], sizes.rounds)
        _console.print("profile …")
        profiles = profile(assignment, written)
    return report.Report(assignment.id, sizes.notebooks, sizes.rounds, sentences, figures, profiles)


def _peers(
    assignment: Assignment, samples: tuple[Sample, ...], sizes: _Sizes, folder: Path
) -> tuple[list[System], tuple[str, ...]]:
    """The other graders, with hidden tests where Heldout's checks can be written as such."""
    tests = [] if "torch" in assignment.packages else _hidden(assignment, samples[0])
    said = "with Heldout's checks as hidden tests" if tests else "without hidden tests"
    peers: list[System] = []
    sentences = []
    if sizes.nbgrader:
        few = samples[: sizes.nbgrader]
        peers.append(Autograde(assignment, few, tests, folder=folder / "course"))
        sentences.append(nbgrader.EXECUTED.format(count=len(few), tests=said))
    if sizes.otter:
        few = samples[: sizes.otter]
        place = folder / "otter"
        peers.append(OtterRun(assignment, few, tests, folder=place, environments=_ENVIRONMENTS))
        sentences.append(otter.EXECUTED.format(count=len(few), tests=said))
    return peers, tuple(sentences)


def _hidden(assignment: Assignment, sample: Sample) -> list[HiddenTest]:
    digest = parse_notebook(sample.data).digest
    return hidden_tests(assignment, seed=SEED.encode(), digest=digest, canary="")


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
