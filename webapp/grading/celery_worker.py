"""A Celery worker around our own: Celery says when to look, the job rows say what to do.

It runs in Celery's thread pool. The work itself happens in the grading pool's checker processes and
their sandboxes, so a thread here only waits; Celery's forked processes would each need a grading
pool, leases and a database engine of their own, and give nothing for it.
"""

from __future__ import annotations

import logging
import threading

import sqlalchemy as sa
from celery.signals import worker_shutting_down
from sqlalchemy.orm import Session

from webapp.grading.worker import Worker
from webapp.queue import broker, waiting
from webapp.queue.celery_messages import TASK, Messages, celery_app, queue_name

log = logging.getLogger("heldout.worker")

_RESEND_SECONDS = 3.0


def consume(url: str, engine: sa.Engine, worker: Worker) -> None:
    """Grade until SIGTERM or SIGINT; what is being graded then is finished."""
    app = celery_app(url)
    place = worker.place
    # A job that ends here may let another of its account start.
    broker.configure(url)

    @app.task(name=TASK)
    def grade(job_id: int) -> None:
        """There is work: the job whose turn it is, whichever the message names, or none."""
        worker.take_one()

    def drain(**_event: object) -> None:
        worker.draining.set()

    worker_shutting_down.connect(drain, weak=False)
    celery = app.Worker(
        pool="threads",
        concurrency=place.slots,
        queues=[queue_name(queue) for queue in place.queues],
        hostname=place.owner,
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    stop = threading.Event()
    sender = threading.Thread(
        target=_keep_sending, args=(stop, Messages(url), engine, place.queues), daemon=True
    )
    sender.start()
    try:
        with worker.alive():
            celery.start()
    finally:
        stop.set()


def _keep_sending(
    stop: threading.Event, messages: Messages, engine: sa.Engine, queues: tuple[str, ...]
) -> None:
    while not stop.wait(_RESEND_SECONDS):
        try:
            with Session(engine) as session:
                resend(session, messages, queues)
        except Exception as error:
            # A broker's library raises errors of many kinds; the next round tries again.
            log.warning("work could not be announced again: %s", error)


def resend(session: Session, messages: Messages, queues: tuple[str, ...]) -> int:
    """Announce what could start and has no message: after a pause, where an account's share was
    used up when its message came, or when a broker lost its memory.
    """
    sent = 0
    for queue in queues:
        due = waiting.startable(session, queue)
        counted = session.scalar(sa.select(sa.func.count()).select_from(due.subquery())) or 0
        missing = counted - messages.waiting(queue) if counted else 0
        if missing > 0:
            for job_id in session.scalars(due.limit(missing)):
                messages.send(queue, job_id)
            sent += missing
        session.rollback()
    return sent
