"""Honest notebooks among every bomb of the corpus: `python -m tests.security.crowd`.

The honest ones are graded alone first, then all together, then one of them alone again. Nobody's
score may change, the batch may not outlast its limits, the pool must answer as fast as before, and
nothing may be left behind: no process, mount, file or grown memory.
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
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
_USUAL = 2.0  # what a busy machine may make of the usual time
_ALONE = 15
Batch = dict[str, bytes]


@dataclass(frozen=True)
class Footprint:
    """Checkers and sandboxes on the host, mounts, temporary files, our children's megabytes."""

    processes: int
    mounts: int
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
    return Footprint(processes, _mounts(children), files, resident / 2**20)


def _mounts(children: list[psutil.Process]) -> int:
    """The mounts that any of our processes sees: the host's, and each sandbox's own."""
    seen: set[tuple[str, str]] = set()
    for process in [psutil.Process(), *children]:
        with contextlib.suppress(OSError):
            namespace = os.readlink(f"/proc/{process.pid}/ns/mnt")
            table = Path(f"/proc/{process.pid}/mountinfo").read_text(encoding="utf-8")
            seen |= {(namespace, line.split(" ", 1)[0]) for line in table.splitlines()}
    return len(seen)


def usual_seconds(pool: GradingPool, assignment: Assignment, honest: Batch) -> float:
    """What one submission takes while nothing else is graded, as a median."""
    found = []
    for name in list(honest)[:_ALONE]:
        started = time.perf_counter()
        grade(pool, assignment, {name: honest[name]})
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def grade(pool: GradingPool, assignment: Assignment, batch: Batch) -> dict[str, GradeResult]:
    """Every notebook of the batch, as many at once as there are workers."""

    def one(name: str) -> GradeResult:
        return pool.grade(assignment, batch[name], submission=name, keep_outputs=False)

    with ThreadPoolExecutor(WORKERS) as threads:
        return dict(zip(batch, threads.map(one, batch), strict=True))


def scores(result: GradeResult) -> list[tuple[str, float | None, str]]:
    """What a notebook got, question by question."""
    return [(each.name, each.score, each.verdict) for each in result.questions]


@dataclass(frozen=True)
class Run:
    """Both gradings, their seconds, the usual time and what was held before and after."""

    alone: dict[str, GradeResult]
    together: dict[str, GradeResult]
    seconds: tuple[float, float]
    usual: tuple[float, float]
    pool: tuple[Footprint, Footprint]
    host: tuple[Footprint, Footprint]


def run(assignment: Assignment, honest: Batch, bombs: Batch) -> Run:
    """The honest notebooks alone, then everybody in a shuffled order."""
    everyone = list((honest | bombs).items())
    random.Random(0).shuffle(everyone)
    before = footprint()
    with GradingPool(workers=WORKERS, seed=b"a crowd") as pool:
        grade(pool, assignment, honest)
        usual, warm = usual_seconds(pool, assignment, honest), footprint()
        started = time.perf_counter()
        alone = grade(pool, assignment, honest)
        between = time.perf_counter()
        together = grade(pool, assignment, dict(everyone))
        ended = time.perf_counter()
        used, later = footprint(), usual_seconds(pool, assignment, honest)
    seconds = between - started, ended - between
    return Run(alone, together, seconds, (usual, later), (warm, used), (before, footprint()))


def limit(assignment: Assignment, notebooks: int) -> float:
    """The sum of the notebooks' limits divided by the workers, and a tenth more."""
    return 1.1 * notebooks * assignment.limits.total_seconds / WORKERS


def faults_of(found: Run, most: float) -> list[str]:
    """What should not have been, apart from the bombs' own verdicts."""
    names = found.alone
    faults = [f"{n} changed" for n in names if scores(found.alone[n]) != scores(found.together[n])]
    faults += ["it took too long"] * (found.seconds[1] > most)
    faults += ["the pool became slow"] * (found.usual[1] > _USUAL * found.usual[0])
    before, after = found.host
    left = after.processes > before.processes or after.files > before.files
    faults += ["something was left behind"] * (left or after.mounts > before.mounts)
    warm, used = found.pool
    faults += ["a mount was left in the pool"] * (used.mounts > warm.mounts)
    faults += ["the pool's memory grew"] * (used.megabytes > warm.megabytes + _GROWTH_MB)
    return faults


def measure() -> list[str]:
    """Grade alone, then together; print the figures and return what should not have been."""
    bombs = {entry.name: entry for entry in submissions.corpus() if entry.kind == "bombs"}
    with tempfile.TemporaryDirectory(prefix="heldout-crowd-") as name:
        assignment = impatient_copy(Path(name))
        honest = {each.name: each.data for each in honest_notebooks(assignment, HONEST)}
        hostile = {entry.name: entry.make() for entry in bombs.values()}
        with tempfile.TemporaryDirectory(prefix="heldout-crowd-tmp-") as place:
            os.environ["TMPDIR"] = tempfile.tempdir = place
            found = run(assignment, honest, hostile)
            tempfile.tempdir = None
    most = limit(assignment, len(honest) + len(bombs))
    faults = faults_of(found, most)
    for name, entry in bombs.items():
        # What a cell printed is not kept here.
        expected = [each for each in entry.expectations if not each.startswith("shows=")]
        unmet_here = [unmet(each, found.together[name]) for each in expected]
        faults += [f"{name}: {why}" for why in unmet_here if why]
    _show(found, len(bombs), most)
    return faults


def _show(found: Run, bombs: int, most: float) -> None:
    print(f"{HONEST} honest notebooks alone: {found.seconds[0]:.1f} s with {WORKERS} workers")
    print(f"the same among {bombs} bombs: {found.seconds[1]:.1f} s (at most {most:.0f} s)")
    print("one submission alone, before and after: {:.3f}, {:.3f} s".format(*found.usual))
    for what, (before, after) in {"warm pool": found.pool, "host": found.host}.items():
        print(f"{what} before: {before}\n{what} after:  {after}")


def main() -> None:
    """Print the figures; exit status 1 when something should not have been."""
    faults = measure()
    print("\n".join(faults) or "Nobody's score changed and nothing was left behind.")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
