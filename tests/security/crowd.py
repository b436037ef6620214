"""Honest notebooks among every bomb of the corpus: `python -m tests.security.crowd`.

The honest ones are graded alone first, then all together. Nobody's score may change, the batch may
not outlast its limits, and nothing may be left behind: no process, file or grown memory.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from autograder.assignment import Assignment
from autograder.grading import GradingPool
from autograder.results import GradeResult
from tests import submissions
from tests.bench.corpus import corpus as honest_notebooks
from tests.security.conftest import impatient_copy
from tests.security.test_corpus import unmet

HONEST = 40
WORKERS = 2
_GROWTH_MB = 50
Batch = dict[str, bytes]


@dataclass(frozen=True)
class Footprint:
    """Checkers and sandboxes on the host, temporary files, and our children's megabytes."""

    processes: int
    files: int
    megabytes: float


def footprint() -> Footprint:
    """What is held now."""
    children = psutil.Process().children(recursive=True)
    # By name, since what escapes from its parent is no child of ours any more.
    lines = [
        " ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])
    ]
    processes = sum("heldout_inside" in line or "autograder.grading" in line for line in lines)
    files = sum(1 for _ in Path(tempfile.gettempdir()).iterdir())
    resident = 0
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            resident += child.memory_info().rss
    return Footprint(processes, files, resident / 2**20)


def grade(pool: GradingPool, assignment: Assignment, batch: Batch) -> dict[str, GradeResult]:
    """Every notebook of the batch, as many at once as there are workers."""

    def one(name: str) -> GradeResult:
        return pool.grade(assignment, batch[name], submission=name, keep_outputs=False)

    with ThreadPoolExecutor(WORKERS) as threads:
        return dict(zip(batch, threads.map(one, batch), strict=True))


def scores(result: GradeResult) -> list[tuple[str, float | None, str]]:
    """What a notebook got, question by question."""
    return [(each.name, each.score, each.verdict) for each in result.questions]


def measure() -> list[str]:
    """Grade alone, then together; print the figures and return what should not have been."""
    bombs = {entry.name: entry for entry in submissions.corpus() if entry.kind == "bombs"}
    with tempfile.TemporaryDirectory(prefix="heldout-crowd-") as name:
        assignment = impatient_copy(Path(name))
        honest = {each.name: each.data for each in honest_notebooks(assignment, HONEST)}
        with tempfile.TemporaryDirectory(prefix="heldout-crowd-tmp-") as place:
            os.environ["TMPDIR"] = tempfile.tempdir = place
            before = footprint()
            with GradingPool(workers=WORKERS, seed=b"a crowd") as pool:
                grade(pool, assignment, honest)
                warm = footprint()
                started = time.perf_counter()
                alone = grade(pool, assignment, honest)
                calm = time.perf_counter() - started
                everyone = [*honest, *bombs]
                random.Random(0).shuffle(everyone)
                batch = {name: honest.get(name) or bombs[name].make() for name in everyone}
                started = time.perf_counter()
                together = grade(pool, assignment, batch)
                crowded = time.perf_counter() - started
                used = footprint()
            after = footprint()
            tempfile.tempdir = None
    most = 2 * calm + 1.1 * len(bombs) * assignment.limits.total_seconds / WORKERS
    print(f"{HONEST} honest notebooks alone: {calm:.1f} s with {WORKERS} workers")
    print(f"the same among {len(bombs)} bombs: {crowded:.1f} s (at most {most:.0f} s)")
    print(
        f"memory of the warm pool before and after: {warm.megabytes:.0f}, {used.megabytes:.0f} MB"
    )
    print(f"before: {before}\nafter:  {after}")
    faults = [f"{n} changed" for n in honest if scores(alone[n]) != scores(together[n])]
    for name, entry in bombs.items():
        # What a cell printed is not kept here.
        expected = [each for each in entry.expectations if not each.startswith("shows=")]
        found = [unmet(each, together[name]) for each in expected]
        faults += [f"{name}: {why}" for why in found if why]
    faults += ["it took too long"] * (crowded > most)
    left = (after.processes, after.files)
    faults += ["something was left behind"] * (left != (before.processes, 0))
    faults += ["the pool's memory grew"] * (used.megabytes > warm.megabytes + _GROWTH_MB)
    return faults


def main() -> None:
    """Print the figures; exit status 1 when something should not have been."""
    faults = measure()
    print("\n".join(faults) or "Nobody's score changed and nothing was left behind.")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
