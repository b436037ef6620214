"""Uploads while parts are killed at random points; afterwards every one is looked at.

Parts are killed -9, the database's disk is filled to the last byte, and workers run an hour early
or late.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.autograder.tiny import ID
from tests.bench.cluster import notebook
from tests.faults.disk import SmallDisk, may_mount
from tests.faults.system import Servers, System, clock_library
from tests.services.brokers import Redis
from tests.services.postgresql import DurablePostgreSQL
from webapp.models import Job, JobState, Result, Submission
from webapp.queue import jobs, waiting

KILLED = ("web", "worker", "sandbox", "broker", "database")
_DISK_MB = 512
_POINTS = 3.5
_UPLOADERS = 3
_BETWEEN_SECONDS = 0.5
_PATIENCE = 900.0


@dataclass
class Report:
    """What was done, and what became of it."""

    harms: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    refused: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    taken_over: int = 0
    retried_by_staff: int = 0
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Whether every acknowledged upload has exactly one right and final result."""
        return not (self.lost or self.doubled or self.wrong) and self.acknowledged > 0


class Load:
    """Several who upload one notebook after the other until they are told to stop."""

    def __init__(self, system: System, seconds_each: float) -> None:
        self._system = system
        self._seconds = seconds_each
        self._stop = threading.Event()
        self._numbers = itertools.count()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(_UPLOADERS)]
        self.acknowledged: list[int] = []
        self.refused = 0

    def _run(self) -> None:
        url = f"http://127.0.0.1:{self._system.port}"
        address = f"{url}/api/v1/courses/dl/assignments/{ID}/submissions"
        headers = {"Authorization": f"Bearer {self._system.token}"}
        while not self._stop.is_set():
            data = notebook(next(self._numbers), self._seconds)
            files = {"notebook": ("work.ipynb", data)}
            try:
                answer = httpx.post(address, files=files, headers=headers, timeout=30)
                answer.raise_for_status()
                self.acknowledged.append(answer.json()["submission"])
            except httpx.HTTPError:
                self.refused += 1
            self._stop.wait(_BETWEEN_SECONDS)

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def victims() -> tuple[str, ...]:
    """What can be harmed here: a small disk takes root, a wrong clock takes libfaketime."""
    return (*KILLED, *["disk"] * may_mount(), *["clock"] * (clock_library() is not None))


def run(harms: int, seed: int, *, pause: float = 1.5, hurry: bool = False) -> Report:
    """Do harm so often at random; `hurry` lets the leases of killed workers run out at once."""
    chance, report, started = random.Random(seed), Report(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="heldout-faults-") as folder, _servers() as servers:
        system = System(Path(folder), servers)
        try:
            with Load(system, seconds_each=0.3) as load:
                _wait(lambda: bool(load.acknowledged), "no upload was ever acknowledged")
                for victim in itertools.islice(_drawn(chance), harms):
                    time.sleep(chance.uniform(0, 2 * pause))
                    _wait(lambda: system.harm(victim, chance, hurry=hurry), victim)  # noqa: B023
                    report.harms[victim] += 1
                    # Under load: the next harm meets a service that takes uploads again.
                    lasted = f"no upload was acknowledged after the harm to the {victim}"
                    before = len(load.acknowledged)
                    _wait(lambda: len(load.acknowledged) > before, lasted)  # noqa: B023
            report.acknowledged, report.refused = len(load.acknowledged), load.refused
            _wait(lambda: _settled(system, report), "not everything was graded")
            _inspect(system, load.acknowledged, report)
        except AssertionError as error:
            logs = [path.read_text(errors="replace")[-3000:] for path in Path(folder).glob("*.log")]
            raise AssertionError("\n".join([str(error), *logs])) from error
        finally:
            system.close()
    report.seconds = time.monotonic() - started
    return report


def _drawn(chance: random.Random) -> Iterator[str]:
    """Victims in random order, each as often as every other."""
    while True:
        yield from chance.sample(victims(), len(victims()))


@contextlib.contextmanager
def _servers() -> Iterator[Servers]:
    database = DurablePostgreSQL()
    with contextlib.ExitStack() as stack:
        disk = SmallDisk(database.folder, _DISK_MB) if may_mount() else None
        if disk is not None:
            stack.enter_context(disk)
        yield Servers(stack.enter_context(database), stack.enter_context(Redis()), disk)


def _settled(system: System, report: Report) -> bool:
    """Whether nothing waits or runs; what died three times is tried again, as staff would."""
    with Session(system.cluster.engine) as session:
        dead = session.execute(
            sa.select(Job.id, Job.submission_id).where(Job.state == JobState.DEAD)
        ).all()
        for row in dead:
            report.retried_by_staff += jobs.retry(session, row.id, row.submission_id)
        session.commit()
        return not dead and waiting.unfinished(session) == 0


def _inspect(system: System, acknowledged: list[int], report: Report) -> None:
    with Session(system.cluster.engine) as session:
        counted = sa.select(Result.submission_id, sa.func.count()).group_by(Result.submission_id)
        results = {row[0]: row[1] for row in session.execute(counted)}
        scores = {
            row.id: row.auto_score
            for row in session.execute(sa.select(Submission.id, Submission.auto_score))
        }
        report.taken_over = (
            session.scalar(sa.select(sa.func.count(Job.id)).where(Job.attempt > 1)) or 0
        )
    for submission in acknowledged:
        report.lost += results.get(submission, 0) == 0
        report.doubled += results.get(submission, 0) > 1
        report.wrong += scores.get(submission) != _POINTS


def _wait(condition: Callable[[], bool], complaint: str) -> None:
    give_up = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < give_up, complaint
        time.sleep(0.2)
