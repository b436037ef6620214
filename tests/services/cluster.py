"""A course on PostgreSQL, workers as processes of their own, and a broker between them or none."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.graders import notebook
from webapp.base.database import make_engine
from webapp.models import CourseAssignment, Job, JobState, Result, Submission, User
from webapp.queue import broker
from webapp.site.uploads import Upload
from webapp.submissions.operations import receive

_PATIENCE = 90.0


class Cluster:
    """What the stories do: hand in, start and kill workers, and wait for what must come."""

    def __init__(self, folder: Path, database: str, broker_url: str = "") -> None:
        self.folder = folder
        self.database = database
        self.broker_url = broker_url
        self.engine = make_engine(database)
        self._workers: list[subprocess.Popen[bytes]] = []
        broker.configure(broker_url)

    def hand_in(self, *texts: str, name: str = "Ada") -> list[int]:
        """Uploads of somebody's, committed before this returns; the ids of the submissions."""
        return self.hand_in_file(*(notebook(text) for text in texts), name=name)

    def hand_in_file(self, *files: bytes, name: str = "Ada") -> list[int]:
        """The same with whole notebooks."""
        with Session(self.engine) as session:
            assignment = session.scalars(sa.select(CourseAssignment)).first()
            assert assignment is not None
            user = session.scalars(sa.select(User.id).where(User.name == name)).one()
            return [self._hand_in(session, assignment, user, data) for data in files]

    def _hand_in(
        self, session: Session, assignment: CourseAssignment, user_id: int, data: bytes
    ) -> int:
        digest = hashlib.sha256(data).hexdigest()
        upload = Upload("work.ipynb", data, digest)
        receipt = receive(session, assignment, user_id=user_id, upload=upload, digest=digest)
        return receipt.submission.id

    def worker(self, *command: str, slots: int = 2, **more: str) -> subprocess.Popen[bytes]:
        """Start a worker process, the fake one or what the command says, with more environment."""
        environment = {
            **os.environ,
            "HELDOUT_DATABASE_URL": self.database,
            "HELDOUT_BROKER_URL": self.broker_url,
            "HELDOUT_DATA": str(self.folder),
            "HELDOUT_SEED": "a seed of tests only",
            **more,
        }
        command = command or ("-m", "tests.services.fake_worker", str(self.folder), str(slots))
        with (self.folder / "workers.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command], env=environment, stdout=log, stderr=log
            )
        self._workers.append(process)
        return process

    def began(self) -> list[str]:
        """What workers have begun to grade, each as often as they did."""
        path = self.folder / "began"
        return path.read_text().splitlines() if path.exists() else []

    def states(self, ids: list[int]) -> list[str]:
        with Session(self.engine) as session:
            found = sa.select(Submission.state).where(Submission.id.in_(ids))
            return [str(state) for state in session.scalars(found)]

    def results(self) -> dict[int, int]:
        """How many results count for each submission."""
        with Session(self.engine) as session:
            counted = sa.select(Result.submission_id, sa.func.count()).where(Result.current)
            rows = session.execute(counted.group_by(Result.submission_id)).all()
            return {row[0]: row[1] for row in rows}

    def expire_leases(self) -> None:
        """Let time pass: the leases of the dead run out, and pauses after faults are over."""
        with Session(self.engine) as session:
            moment = sa.func.timezone("utc", sa.func.clock_timestamp())
            expired = sa.update(Job).where(Job.state == JobState.RUNNING)
            session.execute(expired.values(lease_expires_at=moment - sa.text("interval '1 s'")))
            session.commit()

    def end_pauses(self) -> None:
        with Session(self.engine) as session:
            moment = sa.func.timezone("utc", sa.func.clock_timestamp())
            session.execute(sa.update(Job).values(not_before=moment))
            session.commit()

    def wait(self, condition: Callable[[], bool], complaint: str) -> None:
        give_up = time.monotonic() + _PATIENCE
        while not condition():
            log = (self.folder / "workers.log").read_text(errors="replace")[-3000:]
            assert time.monotonic() < give_up, f"{complaint}\n{log}"
            time.sleep(0.05)

    def wait_until_graded(self, ids: list[int]) -> None:
        self.wait(lambda: set(self.states(ids)) == {"graded"}, "not everything was graded")

    def close(self) -> None:
        broker.configure("")
        for process in self._workers:
            process.kill()
            process.wait()
        self.engine.dispose()
