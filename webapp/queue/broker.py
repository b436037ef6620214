"""The broker, where there is one: its messages say that there is work, the database says which.

A message carries a job's id and its queue. Losing one, or getting one twice, changes no result:
whoever gets it claims the next job as any worker does, and workers send again what is missing.
"""

from __future__ import annotations

import logging
import queue as queues
import threading
import time
from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session

from autograder.assignment import NEEDS

log = logging.getLogger("heldout.broker")

# A queue for each thing that an assignment may need of a machine.
QUEUES = NEEDS
_MOST_UNSENT = 10_000
_MUTE_SECONDS = 5.0
_TO_ANNOUNCE = "heldout jobs to announce"
_announcer: Announcer | None = None


def configure(url: str) -> None:
    """Announce what this process queues to the broker of that URL; to nobody when it is empty."""
    global _announcer
    _announcer = Announcer(_sender(url)) if url else None


def announce(queue: str, job_id: int) -> None:
    """Say that a job waits. Never blocks and never fails: what is lost here is sent again."""
    if _announcer is not None:
        _announcer.announce(queue, job_id)


def announce_on_commit(session: Session, job_id: int, queue: str) -> None:
    """Announce a job once the database has it for good."""
    session.info.setdefault(_TO_ANNOUNCE, []).append((queue, job_id))


@event.listens_for(Session, "after_commit")
def _announce_all(session: Session) -> None:
    for queue, job_id in session.info.pop(_TO_ANNOUNCE, ()):
        announce(queue, job_id)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_TO_ANNOUNCE, None)


class Announcer:
    """Sends from a thread of its own, so that no upload waits for a broker."""

    def __init__(
        self, send: Callable[[str, int], None], *, mute_seconds: float = _MUTE_SECONDS
    ) -> None:
        self._send = send
        self._mute_seconds = mute_seconds
        self._unsent: queues.Queue[tuple[str, int]] = queues.Queue(_MOST_UNSENT)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def announce(self, queue: str, job_id: int) -> None:
        """Have it sent soon; forget it when too much waits already."""
        with self._lock:
            # Started at first use: a thread does not survive the fork of a web server.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
                self._thread.start()
        try:
            self._unsent.put_nowait((queue, job_id))
        except queues.Full:
            log.warning("job %d is left to the workers to announce", job_id)

    def _run(self) -> None:
        mute_until = 0.0
        while True:
            queue, job_id = self._unsent.get()
            if time.monotonic() < mute_until:
                continue
            try:
                self._send(queue, job_id)
            except Exception as error:
                # Whatever a broker does, only the announcement is lost.
                log.warning("the broker does not answer, work waits for it: %s", error)
                mute_until = time.monotonic() + self._mute_seconds


def _sender(url: str) -> Callable[[str, int], None]:
    def send(queue: str, job_id: int) -> None:
        from webapp.queue.celery_messages import messages

        messages(url).send(queue, job_id)

    return send
