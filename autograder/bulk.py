"""Grading many submissions at once, in the order they were found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from autograder.assignment import Assignment
from autograder.grading import GradingPool, grader_version
from autograder.intake import Source
from autograder.results import GradeResult, Status

Done = Callable[[GradeResult], None]


def grade_all(
    pool: GradingPool,
    assignment: Assignment,
    sources: Iterable[Source],
    *,
    workers: int,
    done: Done = lambda result: None,
) -> Iterator[GradeResult]:
    """Grade every source with up to `workers` at once; results come in the order of `sources`.

    `done` hears of each result as soon as it is there. No more than two submissions per worker are
    read ahead, so memory does not grow with their number. Whoever stops listening (Ctrl-C) ends it.
    """

    def grade(source: Source) -> GradeResult:
        submission = source.read()
        if submission.data is None:
            result = rejected(assignment, submission.name, submission.error)
        else:
            result = pool.grade(
                assignment, submission.data, submission=submission.name, keep_outputs=False
            )
        done(result)
        return result

    waiting = iter(sources)
    with ThreadPoolExecutor(max_workers=workers) as threads:
        running: list[Future[GradeResult]] = []
        try:
            running += [threads.submit(grade, source) for source in islice(waiting, 2 * workers)]
            while running:
                result = running.pop(0).result()
                running += [threads.submit(grade, source) for source in islice(waiting, 1)]
                yield result
        except BaseException:
            for future in running:
                future.cancel()
            pool.abort()
            raise


def rejected(assignment: Assignment, name: str, sentence: str) -> GradeResult:
    """The result of a file that could not even be read."""
    return GradeResult(
        name,
        assignment.id,
        Status.REJECTED,
        None,
        assignment.max_score,
        error=sentence,
        grader_version=grader_version(assignment),
    )
