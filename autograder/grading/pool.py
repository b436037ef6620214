"""A pool of checker processes, kept warm: the one way in to grading for the CLI and the service.

Each checker serves one assignment and one submission at a time. A checker that breaks, hangs or
dies is replaced and its submission tried once more; if that fails too, the result says
`infrastructure_error`: never a zero, never full marks.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from autograder.assignment import Assignment, find_assignment
from autograder.grading import protocol
from autograder.grading.protocol import Job, Reply
from autograder.grading.version import grader_version
from autograder.receipt import ONE_THREAD
from autograder.results import GradeResult, Status
from autograder.seeds import secret_seed

if TYPE_CHECKING:
    from autograder.cache import ResultCache

_TRIES = 2
_SLACK_SECONDS = 120.0
_START_SECONDS = 120.0
Progress = Callable[[dict[str, object]], None]


class CheckerError(Exception):
    """A checker process could not start or did not answer: a fault of ours, in one sentence."""


class _CheckerProcess:
    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.version = grader_version(assignment)
        try:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [sys.executable, "-m", "autograder.grading.checker", str(assignment.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=_environment(),
                # Ctrl-C reaches the pool alone: a checker would take it for a fault of ours.
                start_new_session=True,
            )
        except OSError as error:
            raise CheckerError(f"no checker process can be started: {error.strerror}") from None
        self._ready = False

    def grade(self, job: Job, on_progress: Progress | None) -> tuple[GradeResult, ...]:
        limit = (self.assignment.limits.total_seconds * 2 + _SLACK_SECONDS) * len(job.seeds)
        # A checker that hangs is ended from here; reading then meets the end of the pipe.
        watchdog = threading.Timer(limit + _START_SECONDS * (not self._ready), self._process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            if not self._ready:
                self._receive()
                self._ready = True
            assert self._process.stdin is not None
            protocol.send(self._process.stdin, job)
            while not (reply := self._receive()).results:
                if on_progress is not None and reply.progress is not None:
                    on_progress(reply.progress)
            return reply.results
        except (EOFError, BrokenPipeError):
            self.close()
            status = self._process.returncode
            raise CheckerError(f"the checker process ended with status {status}") from None
        finally:
            watchdog.cancel()

    def _receive(self) -> Reply:
        assert self._process.stdout is not None
        reply = protocol.receive_reply(self._process.stdout)
        if reply.fatal:
            raise CheckerError(reply.fatal)
        return reply

    def kill(self) -> None:
        """End it at once; whoever waits for its answer meets the end of the pipe."""
        self._process.kill()

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _environment() -> dict[str, str]:
    return {**os.environ, **ONE_THREAD, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}


def _cpu_shares(workers: int) -> list[tuple[int, ...]]:
    """The CPUs for each worker's notebooks, so that none slows down what is graded beside it."""
    cpus = sorted(os.sched_getaffinity(0))
    return [tuple(cpus[number % len(cpus) :: workers]) for number in range(workers)]


class GradingPool:
    """At most `workers` submissions at once, from any number of threads.

    `assignments` is the folder of assignments (by default the setting's), `seed` the secret seed,
    `cache` answers for work that was graded before.
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        seed: bytes | None = None,
        assignments: Path | None = None,
        cache: ResultCache | None = None,
    ) -> None:
        self._workers = max(1, workers)
        self._seed = seed
        self._folder = assignments
        self._cache = cache
        self._slots: queue.SimpleQueue[tuple[int, ...]] = queue.SimpleQueue()
        for cpus in _cpu_shares(self._workers):
            self._slots.put(cpus)
        self._lock = threading.Lock()
        self._idle: list[_CheckerProcess] = []
        self._busy: set[_CheckerProcess] = set()
        self._aborted = False

    def grade(
        self,
        assignment: str | Assignment,
        data: bytes,
        *,
        submission: str = "submission",
        keep_outputs: bool = True,
        on_progress: Progress | None = None,
        fresh: bool = False,
    ) -> GradeResult:
        """Grade one notebook; blocks until a worker is free and the result is there.

        Without `keep_outputs` the result has no outputs of cells and comes sooner. What is to be
        `fresh` is graded even if the cache knows it.
        """
        found, seed = self._find(assignment), self._seed or secret_seed()
        job = Job(submission, data, (seed,), keep_outputs)
        if self._cache is None or fresh:
            return self._run(found, job, on_progress)[0]
        return self._cache.answer(found, job, lambda: self._run(found, job, on_progress)[0])

    def grade_under_seeds(
        self, assignment: str | Assignment, data: bytes, seeds: Sequence[bytes], *, submission: str
    ) -> tuple[GradeResult, ...]:
        """Run the cells once and the checks under each seed: one result for each.

        A rejected file and an infrastructure error give a single result.
        """
        return self._run(self._find(assignment), Job(submission, data, tuple(seeds)), None)

    def _find(self, assignment: str | Assignment) -> Assignment:
        found = assignment
        return find_assignment(found, self._folder) if isinstance(found, str) else found

    def _run(
        self, assignment: Assignment, job: Job, on_progress: Progress | None
    ) -> tuple[GradeResult, ...]:
        started = time.perf_counter()
        error = ""
        cpus = self._slots.get()
        try:
            for _ in range(_TRIES):
                try:
                    results = self._try(assignment, replace(job, cpus=cpus), on_progress)
                except CheckerError as broken:
                    error = str(broken)
                    continue
                broken_results = [r for r in results if r.status is Status.INFRASTRUCTURE_ERROR]
                if not broken_results:
                    return results
                error = broken_results[0].error
        finally:
            self._slots.put(cpus)
        failed = GradeResult(
            job.submission,
            assignment.id,
            Status.INFRASTRUCTURE_ERROR,
            None,
            assignment.max_score,
            error=error,
            seconds=time.perf_counter() - started,
            grader_version=grader_version(assignment),
        )
        return (failed,)

    def _try(
        self, assignment: Assignment, job: Job, on_progress: Progress | None
    ) -> tuple[GradeResult, ...]:
        checker = self._take(assignment)
        try:
            results = checker.grade(job, on_progress)
        except BaseException:
            with self._lock:
                self._busy.discard(checker)
            checker.close()
            raise
        self._give_back(checker)
        return results

    def warm(self, assignment: str | Assignment) -> None:
        """Start a checker for the assignment now, so that the first submission finds it ready."""
        self._give_back(self._take(self._find(assignment)))

    def _take(self, assignment: Assignment) -> _CheckerProcess:
        version = grader_version(assignment)
        with self._lock:
            if self._aborted:
                raise CheckerError("the grading was broken off")
            for checker in reversed(self._idle):
                # Checks that were changed meanwhile need a checker that has read them.
                if checker.assignment == assignment and checker.version == version:
                    self._idle.remove(checker)
                    self._busy.add(checker)
                    return checker
        checker = _CheckerProcess(assignment)
        with self._lock:
            self._busy.add(checker)
            if self._aborted:
                checker.kill()
        return checker

    def _give_back(self, checker: _CheckerProcess) -> None:
        with self._lock:
            self._busy.discard(checker)
            self._idle.append(checker)
            extra = self._idle[: -self._most_idle()]
            self._idle = self._idle[-self._most_idle() :]
        for old in extra:
            old.close()

    def _most_idle(self) -> int:
        return self._workers + 1

    def abort(self) -> None:
        """Break off what is being graded, for good: nobody waits for the results any more."""
        with self._lock:
            self._aborted = True
            for checker in self._busy:
                checker.kill()

    def close(self) -> None:
        """End every checker and with it its sandbox."""
        with self._lock:
            idle, self._idle = self._idle, []
        for checker in idle:
            checker.close()

    def __enter__(self) -> GradingPool:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
