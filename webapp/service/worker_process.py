"""The worker process: a grading pool around the queue of the configured database."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.assignments.finding import site_assignment
from webapp.base import logs
from webapp.base.clock import now
from webapp.base.config import SettingsError, broker_url, data_folder, database_url
from webapp.base.data_folder import keep_private
from webapp.base.database import make_engine
from webapp.base.environment import SEED
from webapp.base.parent import end_with_parent
from webapp.grading.worker import Worker
from webapp.models import CourseAssignment
from webapp.queue import broker
from webapp.similarity.work import keep_taking
from webapp.versions.work import keep_proving

log = logging.getLogger("heldout.worker")

_CUDA_DEVICE = Path("/dev/nvidiactl")


def queues_here() -> tuple[str, ...]:
    """What this machine can take on: `gpu` only where there is a CUDA device."""
    return broker.QUEUES if _CUDA_DEVICE.exists() else broker.QUEUES[:1]


def work(slots: int, queues: Sequence[str] = ()) -> None:
    """Grade until SIGTERM or SIGINT; what is being graded then is finished."""
    from autograder.cache import DirectoryStore, ResultCache
    from autograder.grading import GradingPool
    from autograder.seeds import secret_seed

    keep_private(data_folder())
    queues = tuple(queues) or queues_here()
    url = broker_url()
    engine = make_engine(database_url())
    seed = secret_seed(data_folder() / "seed")
    cache = ResultCache(DirectoryStore(data_folder() / "results"))
    with GradingPool(workers=slots, seed=seed, cache=cache) as pool:
        threading.Thread(target=_warm, args=(pool, engine, slots), daemon=True).start()
        worker = Worker(engine, pool, slots=slots, queues=queues, sandbox=sandbox_layers())
        reports = (engine, worker.owner, worker.draining)
        threading.Thread(target=keep_taking, args=reports, name="reports", daemon=True).start()
        proofs = (*reports, queues)
        threading.Thread(target=keep_proving, args=proofs, name="proofs", daemon=True).start()
        if url:
            from webapp.grading.celery_worker import consume

            consume(url, engine, worker)
        else:
            worker.run(_stopped_by_signal())


def sandbox_layers() -> str:
    """The layers that hold here, for staff of any course: names alone, no path of this machine."""
    from autograder.sandbox.outside_host import preflight

    return ", ".join(layer.name for layer in preflight() if layer.holds)


def require_shared_seed() -> None:
    """Raise SettingsError where workers on several machines would draw different hidden inputs."""
    shared = not database_url().startswith("sqlite")
    if shared and not SEED.read() and not (data_folder() / "seed").exists():
        raise SettingsError(
            f"{SEED.name} is not set: workers that share a database must share the secret seed."
        )


def _stopped_by_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def _warm(pool: object, engine: sa.Engine, slots: int) -> None:
    """Start checkers for what is open and due soonest, so that the first student need not wait."""
    from autograder.assignment import AssignmentError
    from autograder.grading import GradingPool

    assert isinstance(pool, GradingPool)
    for name in _first_to_warm(engine, slots):
        try:
            with Session(engine) as session:
                assignment = site_assignment(session, name)
            pool.warm(assignment)
        except AssignmentError as error:
            log.warning("%s", error)


def _first_to_warm(engine: sa.Engine, slots: int) -> list[str]:
    """What is open, also without an opening time; what is due next comes first."""
    moment = now()
    with Session(engine) as session:
        found = session.scalars(
            sa.select(CourseAssignment.assignment)
            .where(
                sa.or_(CourseAssignment.opens_at.is_(None), CourseAssignment.opens_at <= moment),
                CourseAssignment.retired_at.is_(None),
            )
            .order_by(
                sa.case((CourseAssignment.due_at >= moment, 0), else_=1), CourseAssignment.due_at
            )
            .limit(slots)
        ).all()
    return list(dict.fromkeys(found))


def main() -> None:
    """`python -m webapp.service.worker_process SLOTS`, started by `heldout serve`."""
    end_with_parent()
    logs.configure()
    work(int(sys.argv[1]))


if __name__ == "__main__":
    main()
