"""The whole service on this machine, every part of which can be killed and started again."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
from pathlib import Path

import psutil
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.bench.cluster import Bench
from tests.services.brokers import Redis
from tests.services.postgresql import DurablePostgreSQL
from tests.services.servers import free_port
from webapp import tokens
from webapp.models import Job, JobState, User

_HELDOUT = "from autograder.cli import main; main()"
_SECRETS = {"HELDOUT_SECRET_KEY": "k" * 32, "HELDOUT_PASSWORD_SALT": "s" * 32}
WORKERS = 2


class System:
    """PostgreSQL, Redis, the web service and workers; `kill` names one of them."""

    def __init__(self, folder: Path, database: DurablePostgreSQL, broker: Redis) -> None:
        self._database = database
        self._broker = broker
        self.bench = Bench(folder, database.create("faults"), broker.url)
        self.cluster = self.bench.cluster
        self.port = free_port()
        with Session(self.cluster.engine) as session:
            ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
            self.token = tokens.create(session, ada, "faults")
            session.commit()
        self._web = self._start_web()
        self._workers = [self._start_worker() for _ in range(WORKERS)]

    def kill(self, what: str, chance: random.Random, *, hurry: bool = False) -> bool:
        """Kill -9, and start it again; False when there was nothing to kill."""
        if what == "web":
            _kill_tree(self._web)
            self._web = self._start_web()
        elif what == "worker":
            self._kill_worker(chance.randrange(WORKERS), hurry=hurry)
        elif what == "sandbox":
            return self._kill_sandbox(chance)
        else:
            server = self._broker if what == "broker" else self._database
            server.kill()
            server.start()
        return True

    def _kill_worker(self, place: int, *, hurry: bool) -> None:
        dead = self._workers[place]
        dead.kill()
        dead.wait()
        if hurry:
            self._let_leases_run_out(dead.pid)
        self._workers[place] = self._start_worker()

    def _let_leases_run_out(self, pid: int) -> None:
        """What a minute would do, so that a short test need not wait for it."""
        moment = sa.func.timezone("utc", sa.func.clock_timestamp())
        held = (Job.state == JobState.RUNNING, Job.lease_owner.like(f"%-{pid}-%"))
        with Session(self.cluster.engine) as session:
            session.execute(sa.update(Job).where(*held).values(lease_expires_at=moment))
            session.commit()

    def _kill_sandbox(self, chance: random.Random) -> bool:
        found: list[psutil.Process] = []
        for worker in self._workers:
            with contextlib.suppress(psutil.Error):
                children = psutil.Process(worker.pid).children(recursive=True)
                found += [child for child in children if "bwrap" in child.name()]
        if not found:
            return False
        with contextlib.suppress(psutil.Error):
            chance.choice(found).kill()
        return True

    def _start_worker(self) -> subprocess.Popen[bytes]:
        return self.cluster.worker("-c", _HELDOUT, "worker", "--workers", "1")

    def _start_web(self) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            **_SECRETS,
            "HELDOUT_DATABASE_URL": self.cluster.database,
            "HELDOUT_BROKER_URL": self.cluster.broker_url,
            "HELDOUT_DATA": str(self.cluster.folder),
            "HELDOUT_UPLOAD_LIMIT": "100000 per minute",
        }
        words = ["serve", "--no-worker", "--port", str(self.port)]
        with (self.cluster.folder / "web.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", _HELDOUT, *words], env=environment, stdout=log, stderr=log
            )

    def close(self) -> None:
        """End what runs."""
        _kill_tree(self._web)
        self.cluster.close()


def _kill_tree(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        for member in [parent, *parent.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
    process.wait()
