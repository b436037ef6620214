"""A pool of checker processes, kept warm: the one way in to grading for the CLI and the service.

Each checker serves one assignment and one submission at a time. A checker that breaks, hangs or
dies is replaced and its submission tried once more; if that fails too, the result says
`infrastructure_error`: never a zero, never full marks. One that has served long enough is replaced
between submissions.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from autograder.assignment import Assignment, find_assignment
from autograder.grading.checker_process import CheckerError, CheckerProcess, Progress
from autograder.grading.protocol import WHOLE, Job, Reply, Scope
from autograder.grading.version import grader_version
from autograder.results import GradeResult, Status
from autograder.seeds import secret_seed

if TYPE_CHECKING:
    from autograder.cache import ResultCache

_TRIES = 2
# A checker and its sandbox are made anew after so many submissions: a slow leak ends with them.
RECYCLE_AFTER = 1000


def _cpu_shares(workers: int) -> list[tuple[int, ...]]:
    """The CPUs for each worker's notebooks, so that none slows down what is graded beside it."""
    cpus = sorted(os.sched_getaffinity(0))
    return [tuple(cpus[number % len(cpus) :: workers]) for number in range(workers)]


def _successor(checker: CheckerProcess) -> CheckerProcess | None:
    """A new checker in the place of an old one; it gets ready while nobody waits for it."""
    checker.close()
    with contextlib.suppress(CheckerError):
        return CheckerProcess(checker.assignment)
    return None


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
        self._idle: list[CheckerProcess] = []
        self._busy: set[CheckerProcess] = set()
        self._aborted = False

    @property
    def workers(self) -> int:
        """How many submissions are graded at once."""
        return self._workers

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
            return self._run(found, job, on_progress).results[0]
        return self._cache.answer(found, job, lambda: self._run(found, job, on_progress).results[0])

    def grade_under_seeds(
        self,
        assignment: str | Assignment,
        data: bytes,
        seeds: Sequence[bytes],
        *,
        submission: str,
        scope: Scope = WHOLE,
    ) -> tuple[GradeResult, ...]:
        """Run the cells once and the checks under each seed: one result for each.

        A rejected file and an infrastructure error give a single result.
        """
        job = Job(submission, data, tuple(seeds), scope=scope)
        return self._run(self._find(assignment), job, None).results

    def heard(self, assignment: Assignment, data: bytes, seed: bytes, *, submission: str) -> Reply:
        """The result under this seed, and what the checks called and were answered."""
        job = Job(submission, data, (seed,), scope=Scope(calls=True))
        return self._run(assignment, job, None)

    def _find(self, assignment: str | Assignment) -> Assignment:
        found = assignment
        return find_assignment(found, self._folder) if isinstance(found, str) else found

    def _run(self, assignment: Assignment, job: Job, on_progress: Progress | None) -> Reply:
        started = time.perf_counter()
        error = ""
        cpus = self._slots.get()
        try:
            for _ in range(_TRIES):
                try:
                    reply = self._try(assignment, replace(job, cpus=cpus), on_progress)
                except CheckerError as failed:
                    error = str(failed)
                    continue
                broken = [r for r in reply.results if r.status is Status.INFRASTRUCTURE_ERROR]
                if not broken:
                    return reply
                error = broken[0].error
        finally:
            self._slots.put(cpus)
        result = GradeResult(
            job.submission,
            assignment.id,
            Status.INFRASTRUCTURE_ERROR,
            None,
            assignment.max_score,
            error=error,
            seconds=time.perf_counter() - started,
            grader_version=grader_version(assignment),
        )
        return Reply(results=(result,))

    def _try(self, assignment: Assignment, job: Job, on_progress: Progress | None) -> Reply:
        checker = self._take(assignment)
        try:
            reply = checker.results_of(job, on_progress)
        except BaseException:
            with self._lock:
                self._busy.discard(checker)
            checker.close()
            raise
        self._give_back(checker)
        return reply

    def warm(self, assignment: str | Assignment) -> None:
        """Start a checker for the assignment now, so that the first submission finds it ready."""
        self._give_back(self._take(self._find(assignment)))

    def _take(self, assignment: Assignment) -> CheckerProcess:
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
        checker = CheckerProcess(assignment)
        with self._lock:
            self._busy.add(checker)
            if self._aborted:
                checker.kill()
        return checker

    def _give_back(self, checker: CheckerProcess) -> None:
        kept = checker if checker.graded < RECYCLE_AFTER else _successor(checker)
        with self._lock:
            self._busy.discard(checker)
            self._idle += [kept] if kept else []
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
