"""The whole service on this machine, every part of which can be harmed and started again."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.bench.cluster import Bench
from tests.faults.disk import SmallDisk
from tests.services.brokers import Redis
from tests.services.cluster import Cluster
from tests.services.postgresql import DurablePostgreSQL
from tests.services.servers import free_port
from webapp.models import Job, JobState, User
from webapp.site import tokens

_HELDOUT = "from autograder.cli import main; main()"
_SECRETS = {"HELDOUT_SECRET_KEY": "k" * 32, "HELDOUT_PASSWORD_SALT": "s" * 32}
_FULL_SECONDS = 3.0
_SKEW_SECONDS = 3600
_SKEWED = str(Path(__file__).with_name("skewed"))
WORKERS = 2


@dataclass(frozen=True)
class Servers:
    """What Heldout stands on; `disk` is the database's, where it could be made small."""

    database: DurablePostgreSQL
    broker: Redis
    disk: SmallDisk | None


class System:
    """PostgreSQL, Redis, the web service and workers; `harm` names one of them."""

    def __init__(self, folder: Path, servers: Servers) -> None:
        self._servers = servers
        self.bench = Bench(folder, servers.database.create("faults"), servers.broker.url)
        self.cluster = self.bench.cluster
        self.port = free_port()
        self.token = token_of_ada(self.cluster)
        self._web = self._start_web()
        self._workers = [self._start_worker() for _ in range(WORKERS)]

    def harm(self, what: str, chance: random.Random, *, hurry: bool = False) -> bool:
        """Kill -9 and start again, or fill the disk and empty it; False when nothing was there."""
        if what == "web":
            kill_tree(self._web)
            self._web = self._start_web()
        elif what == "worker":
            self._kill_worker(chance.randrange(WORKERS), hurry=hurry)
        elif what == "clock":
            skew = chance.choice((-_SKEW_SECONDS, _SKEW_SECONDS))
            self._kill_worker(chance.randrange(WORKERS), hurry=hurry, skew=skew)
        elif what == "sandbox":
            return self._kill_sandbox(chance)
        elif what == "disk":
            self._fill_disk()
        else:
            server = self._servers.broker if what == "broker" else self._servers.database
            server.kill()
            server.start()
        return True

    def _fill_disk(self) -> None:
        """For some seconds the database cannot grow; it may end itself meanwhile."""
        disk, database = self._servers.disk, self._servers.database
        assert disk is not None
        disk.fill()
        time.sleep(_FULL_SECONDS)
        disk.empty()
        if not database.answers():
            database.kill()
            database.start()

    def _kill_worker(self, place: int, *, hurry: bool, skew: int = 0) -> None:
        dead = self._workers[place]
        dead.kill()
        dead.wait()
        if hurry:
            self._let_leases_run_out(dead.pid)
        self._workers[place] = self._start_worker(skew)

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
            assert worker.poll() is None, "a worker ended that nobody killed"
            with contextlib.suppress(psutil.Error):
                children = psutil.Process(worker.pid).children(recursive=True)
                found += [child for child in children if "bwrap" in child.name()]
        if not found:
            return False
        with contextlib.suppress(psutil.Error):
            chance.choice(found).kill()
        return True

    def _start_worker(self, skew: int = 0) -> subprocess.Popen[bytes]:
        """A worker whose clock is wrong by so many seconds."""
        wrong = skewed_clock(skew) if skew else {}
        return self.cluster.worker("-c", _HELDOUT, "worker", "--workers", "1", **wrong)

    def _start_web(self) -> subprocess.Popen[bytes]:
        return start_web(self.cluster, self.port, "--no-worker")

    def close(self) -> None:
        """End what runs."""
        kill_tree(self._web)
        self.cluster.close()


def start_web(cluster: Cluster, port: int, *words: str) -> subprocess.Popen[bytes]:
    """`heldout serve` on that port of loopback."""
    environment = {
        **os.environ,
        **_SECRETS,
        "HELDOUT_DATABASE_URL": cluster.database,
        "HELDOUT_BROKER_URL": cluster.broker_url,
        "HELDOUT_DATA": str(cluster.folder),
        "HELDOUT_UPLOAD_LIMIT": "100000 per minute",
    }
    command = [sys.executable, "-c", _HELDOUT, "serve", "--port", str(port), *words]
    with (cluster.folder / "web.log").open("ab") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def token_of_ada(cluster: Cluster) -> str:
    """What Ada's program shows to hand in."""
    with Session(cluster.engine) as session:
        ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
        made = tokens.create(session, ada, "faults")
        session.commit()
    return made


def skewed_clock(seconds: int) -> dict[str, str]:
    """The environment of a process whose time of day is wrong by so many seconds."""
    library = clock_library()
    assert library is not None
    # What counts seconds since the start stays right, as on a machine with a wrong clock.
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{seconds:+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # Without this, starting a thread takes libfaketime about 30 ms of CPU.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, [_SKEWED, os.environ.get("PYTHONPATH")])),
    }


def clock_library() -> Path | None:
    """The library of Debian's libfaketime, where it is installed."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill -9 a process and all that descend from it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        for member in [parent, *parent.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
    process.wait()
