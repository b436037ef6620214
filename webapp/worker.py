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
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from autograder.results import GradeResult, Status
from webapp import jobs, scores
from webapp.models import Submission

log = logging.getLogger("heldout.worker")

_PROGRESS_SECONDS = 0.3


class Grader(Protocol):
    """The part of `autograder.grading.GradingPool` that the worker uses."""

    def grade(
        self,
        assignment_id: str,
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
        poll_seconds: float = 0.05,
        on_done: Callable[[int], None] | None = None,
    ) -> None:
        self._engine = engine
        self._grader = grader
        self._slots = slots
        self._poll_seconds = poll_seconds
        self._on_done = on_done
        self._held: dict[int, jobs.Claim] = {}
        self._lock = threading.Lock()
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"

    def run(self, stop: threading.Event, *, drain: bool = False) -> None:
        """Work until `stop` is set (what is being graded is finished), or the queue is empty."""
        keeper_stop = threading.Event()
        keeper = threading.Thread(target=self._keep_leases, args=(keeper_stop,), daemon=True)
        keeper.start()
        running: set[Future[None]] = set()
        try:
            with ThreadPoolExecutor(self._slots, "grading") as executor:
                while not stop.is_set():
                    running = {future for future in running if not future.done()}
                    claim = self._claim() if len(running) < self._slots else None
                    if claim is not None:
                        running.add(executor.submit(self._carry_out, claim))
                    elif drain and not running and not self._waiting():
                        return
                    else:
                        stop.wait(self._poll_seconds if len(running) < self._slots else 0.01)
        finally:
            keeper_stop.set()
            keeper.join()

    def _claim(self) -> jobs.Claim | None:
        """The next job; a database that does not answer is tried again, not given up."""
        try:
            with Session(self._engine) as session:
                claim = jobs.claim(session, self.owner)
        except OperationalError as error:
            log.warning("the database did not answer: %s", error.orig)
            time.sleep(1)
            return None
        if claim is not None:
            with self._lock:
                self._held[claim.job_id] = claim
        return claim

    def _waiting(self) -> bool:
        with Session(self._engine) as session:
            return jobs.unfinished(session) > 0

    def _carry_out(self, claim: jobs.Claim) -> None:
        """Grade one submission; whatever goes wrong here is a fault of ours."""
        try:
            assignment_id, data = self._load(claim)
            result = self._grader.grade(
                assignment_id,
                data,
                submission=str(claim.submission_id),
                on_progress=Progress(self._engine, claim),
            )
            self._write(claim, result)
        except Exception as error:
            log.exception("submission %d could not be graded", claim.submission_id)
            self._fault(claim, f"{type(error).__name__}: {error}")
        finally:
            with self._lock:
                self._held.pop(claim.job_id, None)
            if self._on_done is not None:
                self._on_done(claim.submission_id)

    def _load(self, claim: jobs.Claim) -> tuple[str, bytes]:
        with Session(self._engine) as session:
            submission = session.get_one(
                Submission,
                claim.submission_id,
                options=(
                    joinedload(Submission.course_assignment),
                    joinedload(Submission.content),
                ),
            )
            return submission.course_assignment.assignment, submission.content.data

    def _write(self, claim: jobs.Claim, result: GradeResult) -> None:
        if result.status is Status.INFRASTRUCTURE_ERROR:
            self._fault(claim, result.error or "The sandbox failed.")
            return
        with Session(self._engine) as session:
            if not scores.write_result(session, claim, result):
                log.warning("submission %d: a later attempt has taken over", claim.submission_id)

    def _fault(self, claim: jobs.Claim, message: str) -> None:
        try:
            with Session(self._engine) as session:
                jobs.fault(session, claim, message)
        except OperationalError:
            log.exception("job %d is left to the sweep", claim.job_id)

    def _keep_leases(self, stop: threading.Event) -> None:
        """Extend the leases of what is being graded, and sweep up after workers that died."""
        while True:
            try:
                with Session(self._engine) as session:
                    jobs.sweep(session)
                    with self._lock:
                        held = list(self._held.values())
                    for claim in held:
                        jobs.heartbeat(session, claim)
            except OperationalError as error:
                log.warning("leases could not be extended: %s", error.orig)
            if stop.wait(jobs.LEASE.total_seconds() / 4):
                return


class Progress:
    """Writes how far a submission has come into its job, but not more than a few times a second."""

    def __init__(self, engine: sa.Engine, claim: jobs.Claim) -> None:
        self._engine = engine
        self._claim = claim
        self._next = time.monotonic() + _PROGRESS_SECONDS
        self._questions: dict[str, dict[str, Any]] = {}

    def __call__(self, event: dict[str, Any]) -> None:
        """Called by the grader from its own thread."""
        if "question" in event:
            self._questions[event["question"]["name"]] = event["question"]
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PROGRESS_SECONDS
        shown: dict[str, Any] = {
            key: event[key] for key in ("stage", "done", "total") if key in event
        }
        shown["questions"] = [
            {key: question[key] for key in ("name", "score", "max_score", "verdict")}
            for question in self._questions.values()
        ]
        with Session(self._engine) as session:
            jobs.note_progress(session, self._claim, shown)
