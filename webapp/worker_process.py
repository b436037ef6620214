"""The worker process: a grading pool around the queue of the configured database."""

from __future__ import annotations

import logging
import signal
import sys
import threading

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.clock import now
from webapp.config import data_folder, database_url
from webapp.database import make_engine
from webapp.models import CourseAssignment
from webapp.processes import end_with_parent
from webapp.worker import Worker

log = logging.getLogger("heldout.worker")


def work(slots: int) -> None:
    """Grade until SIGTERM or SIGINT; what is being graded then is finished."""
    from autograder.grading import GradingPool
    from autograder.seeds import secret_seed

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    engine = make_engine(database_url())
    with GradingPool(workers=slots, seed=secret_seed(data_folder() / "seed")) as pool:
        threading.Thread(target=_warm, args=(pool, engine, slots), daemon=True).start()
        Worker(engine, pool, slots=slots).run(stop)


def _warm(pool: object, engine: sa.Engine, slots: int) -> None:
    """Start checkers for what is open and due soonest, so that the first student need not wait."""
    from autograder.assignment import AssignmentError
    from autograder.grading import GradingPool

    assert isinstance(pool, GradingPool)
    for name in _first_to_warm(engine, slots):
        try:
            pool.warm(name)
        except AssignmentError as error:
            log.warning("%s", error)


def _first_to_warm(engine: sa.Engine, slots: int) -> list[str]:
    """What is open, also without an opening time; what is due next comes first."""
    moment = now()
    with Session(engine) as session:
        found = session.scalars(
            sa.select(CourseAssignment.assignment)
            .where(sa.or_(CourseAssignment.opens_at.is_(None), CourseAssignment.opens_at <= moment))
            .order_by(
                sa.case((CourseAssignment.due_at >= moment, 0), else_=1), CourseAssignment.due_at
            )
            .limit(slots)
        ).all()
    return list(dict.fromkeys(found))


def main() -> None:
    """`python -m webapp.worker_process SLOTS`, started by `heldout serve`."""
    end_with_parent()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    work(int(sys.argv[1]))


if __name__ == "__main__":
    main()
