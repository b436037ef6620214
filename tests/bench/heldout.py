"""Heldout under measurement: a warm pool, and `heldout grade` as a whole command."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.assignment import Assignment
from autograder.grading import GradingPool
from tests.bench.corpus import Sample, require_right

SEED = "the benchmark's seed"


def plural(workers: int) -> str:
    """`1 worker`, `2 workers`."""
    return f"{workers} worker{'s' * (workers > 1)}"


class WarmPool:
    """A pool whose checkers wait: what a long batch or the web service pays per submission."""

    def __init__(self, assignment: Assignment, samples: tuple[Sample, ...], workers: int) -> None:
        self._assignment = assignment
        self._samples = samples
        self._workers = workers
        folder = assignment.folder.parent
        self._pool = GradingPool(workers=workers, seed=SEED.encode(), assignments=folder)
        self._threads = ThreadPoolExecutor(workers)
        self.started = False

    def measure(self) -> dict[str, float]:
        """Without what cells show, as `heldout grade` does, and with it, as the service does."""
        if not self.started:
            self._pass(self._samples[: 2 * self._workers], keep_outputs=False)
            self.started = True
        name = f"Heldout pool, {plural(self._workers)}"
        return {
            name: self._pass(self._samples, keep_outputs=False),
            f"{name}, figures drawn": self._pass(self._samples, keep_outputs=True),
        }

    def _pass(self, samples: tuple[Sample, ...], *, keep_outputs: bool) -> float:
        def grade(sample: Sample) -> None:
            result = self._pool.grade(
                self._assignment, sample.data, submission=sample.name, keep_outputs=keep_outputs
            )
            require_right(sample, result)

        started = time.perf_counter()
        list(self._threads.map(grade, samples))
        return (time.perf_counter() - started) / len(samples)

    def close(self) -> None:
        """End the checkers."""
        self._threads.shutdown()
        self._pool.close()


class GradeCommand:
    """`heldout grade` on a folder of notebooks, from start-up to the written JSON."""

    def __init__(self, assignment: Assignment, notebooks: Path, workers: int) -> None:
        self._assignment = assignment
        self._notebooks = notebooks
        self._workers = workers

    def measure(self) -> dict[str, float]:
        """Seconds of the whole command, divided by the number of notebooks."""
        count = len(list(self._notebooks.glob("*.ipynb")))
        words = ["grade", str(self._assignment.folder), str(self._notebooks), "--seed", SEED]
        words += ["--workers", str(self._workers)]
        words += ["--json", str(self._notebooks.parent / f"records-{self._workers}.json")]
        started = time.perf_counter()
        command = str(Path(sys.executable).with_name("heldout"))
        subprocess.run([command, *words], stdout=subprocess.DEVNULL, check=True)
        name = f"`heldout grade`, {plural(self._workers)}"
        return {name: (time.perf_counter() - started) / count}

    def close(self) -> None:
        """Nothing outlives the command."""
