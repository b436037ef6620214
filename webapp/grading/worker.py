"""The worker: claims jobs, grades them through the pool, writes results; survives its own death.

Several workers may run against one database; each job's lease decides who may write its result.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, joinedload

from autograder.assignment import Assignment
from autograder.results import GradeResult, Status
from webapp.assignments.here import versions_here
from webapp.base import logs
from webapp.base.database import moment_of
from webapp.grading import results
from webapp.grading.chosen import LeftAlone, LeftToOthers, chosen
from webapp.grading.progress import Progress
from webapp.models import Submission
from webapp.queue import broker, jobs, workers
from webapp.queue.shares import share_of
from webapp.queue.waiting import slots_of, unfinished

log = logging.getLogger("heldout.worker")

_BEAT_SECONDS = 5.0
_PATIENCE_SECONDS = jobs.LEASE.total_seconds() / 2
_NEWEST_WEIGHT = 0.2
_Answer = TypeVar("_Answer")


class Grader(Protocol):
    """The part of `autograder.grading.GradingPool` that the worker uses."""

    def grade(
        self,
        assignment: str | Assignment,
        data: bytes,
        *,
        submission: str,
        on_progress: Callable[[dict[str, Any]], None] | None,
    ) -> GradeResult:
        """Grade a notebook; blocks, and may be called from several threads."""


class Worker:
    """Grades queued submissions, `slots` at a time, until it is stopped."""

    def __init__(
        self,
        engine: sa.Engine,
        grader: Grader,
        *,
        slots: int = 2,
        queues: Sequence[str] = broker.QUEUES,
        sandbox: str = "",
        poll_seconds: float = 0.05,
        on_done: Callable[[int], None] | None = None,
    ) -> None:
        self._engine = engine
        self._grader = grader
        self._poll_seconds = poll_seconds
        self._on_done = on_done
        self._held: dict[int, jobs.Claim] = {}
        self._seconds: dict[str, float] = {}
        self._left = LeftAlone()
        self._lock = threading.Lock()
        host = socket.gethostname()
        self.owner = f"{host}-{os.getpid()}-{secrets.token_hex(4)}"
        self.place = workers.Place(self.owner, host, slots, tuple(queues), sandbox)
        self.draining = threading.Event()
        self._shares = {queue: share_of(slots) for queue in queues}

    def run(self, stop: threading.Event, *, drain: bool = False) -> None:
        """Work until `stop` is set (what is being graded is finished), or the queue is empty."""
        slots = self.place.slots
        running: set[Future[None]] = set()
        with self.alive(), ThreadPoolExecutor(slots, "grading") as executor:
            while not stop.is_set():
                running = {future for future in running if not future.done()}
                claim = self._claim() if len(running) < slots else None
                if claim is not None:
                    running.add(executor.submit(self._carry_out, claim))
                elif drain and not running and not self._waiting():
                    return
                else:
                    stop.wait(self._poll_seconds if len(running) < slots else 0.01)
            self.draining.set()

    def take_one(self) -> bool:
        """Claim the next job and carry it out; False when there was none. For `alive` workers.

        One that drains takes nothing more: others are told of the work again.
        """
        claim = None if self.draining.is_set() else self._claim()
        if claim is not None:
            self._carry_out(claim)
        return claim is not None

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Meanwhile leases are extended, the dead are swept up after, and staff see the worker."""
        stop = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(stop,), name="keeper", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            stop.set()
            keeper.join()

    def _claim(self) -> jobs.Claim | None:
        """The next job; a database that does not answer is tried again, not given up."""
        try:
            with Session(self._engine) as session:
                claim = jobs.claim(
                    session,
                    self.owner,
                    queues=self.place.queues,
                    without=self._left.names(),
                    shares=self._shares,
                )
        except DBAPIError as error:
            log.warning("the database did not answer: %s", error.orig)
            time.sleep(1)
            return None
        if claim is not None:
            with self._lock:
                self._held[claim.job_id] = claim
        return claim

    def _waiting(self) -> bool:
        with Session(self._engine) as session:
            return unfinished(session, without=self._left.names()) > 0

    def _carry_out(self, claim: jobs.Claim) -> None:
        """Grade one submission, with its numbers in every line of the log meanwhile."""
        with logs.bound(
            submission=claim.submission_id,
            job=claim.job_id,
            attempt=claim.attempt,
            request=claim.request_id,
        ):
            self._grade(claim)

    def _grade(self, claim: jobs.Claim) -> None:
        """Grade and write down; whatever goes wrong here is a fault of ours."""
        try:
            assignment_id, judged_by, data = _patiently(lambda: self._load(claim))
            began = time.monotonic()
            result = self._grader.grade(
                judged_by,
                data,
                submission=str(claim.submission_id),
                on_progress=Progress(self._engine, claim),
            )
            self._note_seconds(assignment_id, time.monotonic() - began)
            _patiently(lambda: self._write(claim, result))
            took = {"status": str(result.status), "seconds": round(result.seconds, 3)}
            log.info("graded", extra={"assignment": assignment_id, **took})
        except LeftToOthers as error:
            log.warning("submission %d is left to other workers: %s", claim.submission_id, error)
            self._leave(claim, error)
        except Exception as error:
            log.exception("submission %d could not be graded", claim.submission_id)
            self._fault(claim, f"{type(error).__name__}: {error}")
        finally:
            with self._lock:
                self._held.pop(claim.job_id, None)
            if self._on_done is not None:
                self._on_done(claim.submission_id)

    def _load(self, claim: jobs.Claim) -> tuple[str, str | Assignment, bytes]:
        """What is graded, by which version, and the notebook; raises LeftToOthers."""
        with Session(self._engine) as session:
            submission = session.get_one(
                Submission,
                claim.submission_id,
                options=(
                    joinedload(Submission.course_assignment),
                    joinedload(Submission.content),
                ),
            )
            name = submission.course_assignment.assignment
            return name, chosen(session, name), submission.content.data

    def _write(self, claim: jobs.Claim, result: GradeResult) -> None:
        if result.status is Status.INFRASTRUCTURE_ERROR:
            self._fault(claim, result.error or "The sandbox failed.")
            return
        with Session(self._engine) as session:
            if not results.write_result(session, claim, result):
                log.warning("submission %d: a later attempt has taken over", claim.submission_id)

    def _leave(self, claim: jobs.Claim, error: LeftToOthers) -> None:
        """Take none of the assignment's for a while, and give this one back."""
        self._left.add(error.assignment)
        try:
            with Session(self._engine) as session:
                jobs.leave_to_others(session, claim)
        except SQLAlchemyError:
            log.exception("job %d is left to the sweep", claim.job_id)

    def _fault(self, claim: jobs.Claim, message: str) -> None:
        try:
            with Session(self._engine) as session:
                jobs.fault(session, claim, message)
        except SQLAlchemyError:
            log.exception("job %d is left to the sweep", claim.job_id)

    def _note_seconds(self, assignment_id: str, seconds: float) -> None:
        """A moving average of how long grading takes here, for those who wait."""
        with self._lock:
            before = self._seconds.get(assignment_id, seconds)
            self._seconds[assignment_id] = before + _NEWEST_WEIGHT * (seconds - before)

    def _keep(self, stop: threading.Event) -> None:
        while True:
            try:
                with Session(self._engine) as session:
                    self._beat(session)
            except SQLAlchemyError as error:
                log.warning("leases could not be extended: %s", error)
            if stop.wait(_BEAT_SECONDS):
                break
        try:
            with Session(self._engine) as session:
                workers.leave(session, self.place)
        except SQLAlchemyError as error:
            log.warning("the worker ends unannounced: %s", error)

    def _beat(self, session: Session) -> None:
        """Our own leases come first: a sweep must not find them expired after a long silence."""
        with self._lock:
            held, seconds = list(self._held.values()), dict(self._seconds)
        for claim in held:
            jobs.heartbeat(session, claim)
        jobs.sweep(session)
        workers.report(
            session,
            self.place,
            at=moment_of(session),
            draining=self.draining.is_set(),
            seconds=seconds,
            versions=versions_here(session),
        )
        slots = {queue: slots_of(session, queue) for queue in self.place.queues}
        self._shares = {queue: share_of(number) for queue, number in slots.items()}


def _patiently(action: Callable[[], _Answer]) -> _Answer:
    """Do it again while the database does not answer, for as long as the lease may last."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return action()
        except DBAPIError as error:
            if time.monotonic() > give_up or isinstance(error, sa.exc.DataError):
                raise
            log.warning("the database did not answer: %s", error.orig)
            time.sleep(0.5)
