"""Four workers beside one, through Celery, on notebooks that wait: `python -m tests.bench.cluster`.

A notebook that sleeps uses no CPU, so what four workers take beyond a quarter of one worker's time
is what the queue, the broker and the start of each submission cost.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.autograder.tiny import ID, tiny_assignment
from tests.services.brokers import RabbitMQ, Redis
from tests.services.cluster import Cluster
from tests.services.postgresql import DurablePostgreSQL
from tests.webapp.conftest import populate, settings_for
from webapp.base.database import moment_of
from webapp.models import CourseAssignment
from webapp.queue import workers as fleet

_CHECKS = '''
from autograder.checks import assert_close, question

@question("double", points=3)
def test_double(student):
    """Twice x."""
    assert_close(student.double(2.0), 4.0)

@question("halve", points=0.5)
def test_halve(student):
    """Half of x."""
    assert_close(student.halve(2.0), 1.0)
'''
_HELDOUT = "from autograder.cli import main; main()"
_BAR = 0.30
_PATIENCE = 600.0


def notebook(number: int, seconds: float) -> bytes:
    """A right solution that first waits; the number keeps two from being the same work."""
    source = (
        f"import time\ntime.sleep({seconds})\nnumber = {number}\n"
        "def double(x):\n    return x * 2\ndef halve(x):\n    return x / 2\n"
    )
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    cells = [cell | {"execution_count": None}]
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(whole).encode()


class Bench:
    """A course on PostgreSQL whose assignment is the tiny one."""

    def __init__(self, folder: Path, database: str, broker_url: str) -> None:
        home = tiny_assignment(folder / "assignments")
        home.checks_path.write_text(_CHECKS, encoding="utf-8")
        os.environ["HELDOUT_ASSIGNMENTS"] = str(folder / "assignments")
        populate(settings_for(folder, database)).dispose()
        self.cluster = Cluster(folder, database, broker_url)
        with Session(self.cluster.engine) as session:
            session.execute(sa.update(CourseAssignment).values(assignment=ID))
            session.commit()
        self._handed_in = 0

    def hand_in(self, count: int, seconds: float) -> list[int]:
        first, self._handed_in = self._handed_in, self._handed_in + count
        files = [notebook(n, seconds) for n in range(first, self._handed_in)]
        return self.cluster.hand_in_file(*files)

    def timed(self, workers: int, count: int, seconds: float) -> float:
        """Wall-clock seconds until `count` notebooks are graded by workers that are warm."""
        command = ("-c", _HELDOUT, "worker", "--workers", "1")
        processes = [self.cluster.worker(*command) for _ in range(workers)]
        self._until(lambda: self._live() == workers)
        # Twice as many, long enough that no worker takes all: each grades one and so is warm.
        self._graded(self.hand_in(2 * workers, 2.0))
        started = time.perf_counter()
        self._graded(self.hand_in(count, seconds))
        elapsed = time.perf_counter() - started
        self._end(processes)
        return elapsed

    def _live(self) -> int:
        with Session(self.cluster.engine) as session:
            return len(fleet.live(session, moment_of(session)))

    def _graded(self, ids: list[int]) -> None:
        self._until(lambda: not {"queued", "running"} & set(self.cluster.states(ids)))
        wrong = set(self.cluster.states(ids)) - {"graded"}
        assert not wrong, f"some ended {wrong}"

    def _end(self, processes: list[subprocess.Popen[bytes]]) -> None:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)

    def _until(self, condition) -> None:
        give_up = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > give_up:
                log = (self.cluster.folder / "workers.log").read_text(errors="replace")
                sys.exit(f"the workers did not finish:\n{log[-3000:]}")
            time.sleep(0.02)


def main() -> None:
    """Print both times and their ratio; status 1 when it is above the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebooks", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each waits")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--broker", choices=["redis", "rabbitmq"], default="redis")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    kind = Redis if options.broker == "redis" else RabbitMQ
    with (
        tempfile.TemporaryDirectory(prefix="heldout-cluster-") as folder,
        DurablePostgreSQL() as database,
        kind() as broker,
    ):
        bench = Bench(Path(folder), database.create("bench"), broker.url)
        try:
            times = {
                str(workers): bench.timed(workers, options.notebooks, options.seconds)
                for workers in (1, options.workers)
            }
        finally:
            bench.cluster.close()
    one, many = times["1"], times[str(options.workers)]
    print(f"{options.notebooks} notebooks that each wait {options.seconds:g} s, {options.broker}")
    print(f"1 worker   {one:8.1f} s")
    print(f"{options.workers} workers  {many:8.1f} s   {many / one:.1%} (the bar is {_BAR:.0%})")
    if options.json:
        found = {"seconds": times, "ratio": many / one, "bar": _BAR, "broker": options.broker}
        options.json.write_text(json.dumps(found, indent=1))
    sys.exit(many / one > _BAR)


if __name__ == "__main__":
    main()
