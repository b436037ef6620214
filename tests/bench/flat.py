"""Whether a long run stays as quick and as small as it began.

`python -m tests.bench.flat` grades tiny notebooks, every one different, through one pool, as a bulk
run does, and reports per block the seconds per submission, processor seconds per submission and
the resident memory of the pool's process and of all its descendants. With `--cached` the second
run over the same notebooks is answered from a cache in a folder.
"""

from __future__ import annotations

import itertools
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click
import psutil
from rich.console import Console
from rich.table import Table

from autograder.assignment import Assignment
from autograder.bulk import grade_all
from autograder.cache import DirectoryStore, ResultCache
from autograder.grading import GradingPool
from autograder.results import GradeResult, Status
from autograder.submitted.intake import Source
from tests.autograder.two import SOLVED, two_functions, written

_MB = 2**20
_console = Console()


@dataclass(frozen=True)
class Block:
    """Some submissions one after the other: what each took, and the memory at their end."""

    submissions: int
    seconds: float
    cpu_seconds: float
    own_mb: float
    tree_mb: float


@click.command()
@click.option("--submissions", default=2000, show_default=True, type=click.IntRange(2))
@click.option("--block", default=500, show_default=True, type=click.IntRange(1))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1))
@click.option("--cached", is_flag=True, help="Time the second run, answered from a cache.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the blocks here.")
def main(submissions: int, block: int, workers: int, cached: bool, file: Path | None) -> None:
    """Grade many tiny notebooks and report time and memory block by block."""
    with tempfile.TemporaryDirectory(prefix="heldout-flat-") as name:
        assignment = two_functions(Path(name) / "assignments")
        cache = ResultCache(DirectoryStore(Path(name) / "cache")) if cached else None
        if cache is not None:
            list(_blocks(assignment, submissions, block, workers=workers, cache=cache))
        blocks = []
        for found in _blocks(assignment, submissions, block, workers=workers, cache=cache):
            blocks.append(found)
            _console.print(f"{found.submissions}: {1000 * found.seconds:.1f} ms", highlight=False)
    _console.print(_table(blocks))
    total = sum(each.seconds for each in blocks) * block
    _console.print(f"{total:.1f} s in all; the last block took {_drift(blocks):.3f} of the first.")
    if file is not None:
        file.write_text(json.dumps([asdict(each) for each in blocks], indent=1) + "\n")


def _drift(blocks: list[Block]) -> float:
    """Processor time tells more than the clock where others use the machine as well."""
    return blocks[-1].cpu_seconds / blocks[0].cpu_seconds


def _blocks(
    assignment: Assignment, count: int, size: int, *, workers: int, cache: ResultCache | None
) -> Iterator[Block]:
    with GradingPool(
        workers=workers, seed=b"flat", assignments=assignment.folder.parent, cache=cache
    ) as pool:
        list(grade_all(pool, assignment, _sources(range(-workers, 0)), workers=workers))
        results = grade_all(pool, assignment, _sources(range(count)), workers=workers)
        done = 0
        while done < count:
            started, cpu = time.perf_counter(), _cpu_seconds()
            taken = _require_right(itertools.islice(results, size))
            done += taken
            seconds, cpu = time.perf_counter() - started, _cpu_seconds() - cpu
            yield Block(done, seconds / taken, cpu / taken, *_memory())


def _sources(numbers: Iterable[int]) -> Iterator[Source]:
    for number in numbers:
        make = partial(written, f"# Notebook {number}", *SOLVED)
        yield Source(f"n{number}", "made", f"n{number}", make)


def _require_right(results: Iterable[GradeResult]) -> int:
    count = 0
    for result in results:
        if result.status is not Status.GRADED or result.score != 3.0:
            raise click.ClickException(f"{result.submission} was graded wrongly: {result.error}")
        count += 1
    return count


def _cpu_seconds() -> float:
    """Of this process and what runs below it; forks that ended within a sandbox are not in it."""
    return sum(sum(_safe_times(process)[:4]) for process in _tree())


def _safe_times(process: psutil.Process) -> tuple[float, ...]:
    try:
        return tuple(process.cpu_times())
    except psutil.Error:
        return (0.0,) * 4


def _memory() -> tuple[float, float]:
    sizes = []
    for process in _tree():
        try:
            sizes.append(process.memory_full_info().pss / _MB)
        except psutil.Error:
            sizes.append(0.0)
    return sizes[0], sum(sizes)


def _tree() -> list[psutil.Process]:
    own = psutil.Process(os.getpid())
    return [own, *own.children(recursive=True)]


def _table(blocks: list[Block]) -> Table:
    table = Table("up to", title="Time and memory over a long run", title_justify="left")
    for column in ("ms", "ms of processor", "MB of the pool", "MB of all"):
        table.add_column(column, justify="right")
    for each in blocks:
        figures = (1000 * each.seconds, 1000 * each.cpu_seconds, each.own_mb, each.tree_mb)
        table.add_row(str(each.submissions), *[f"{figure:.1f}" for figure in figures])
    return table


if __name__ == "__main__":
    main()
