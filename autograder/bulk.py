"""Grading many submissions at once, in the order they were found, and going on where it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from autograder.assignment import Assignment
from autograder.cache import Store, conditions, packed, unpacked
from autograder.grading import GradingPool, grader_version
from autograder.receipt import file_sha256
from autograder.results import GradeResult, Status
from autograder.submitted.belonging import Outline, beside, looks_like, outline, taken_for
from autograder.submitted.intake import Source, Submission
from autograder.submitted.notebook import NotebookRejected, parse_notebook

Done = Callable[[GradeResult], None]


class Journal:
    """What a run has found so far, by submission: who starts it again goes on from there.

    A result counts only for the same file with the same content, judged by the same grader version
    with the same seed in the same environment. Faults of ours are not entered.
    """

    def __init__(self, store: Store, assignment: Assignment, seed: bytes) -> None:
        self._store = store
        self._under = conditions(assignment, seed, keep_outputs=False)

    def find(self, submission: Submission, data: bytes) -> GradeResult | None:
        """What an earlier run found about it."""
        value = self._store.get(self._key(submission, data))
        found = None if value is None else unpacked(value)
        return found if found and found.submission == submission.name else None

    def enter(self, submission: Submission, data: bytes, result: GradeResult) -> None:
        """Keep what was found about it."""
        if result.status is not Status.INFRASTRUCTURE_ERROR:
            self._store.put(self._key(submission, data), packed(result))

    def _key(self, submission: Submission, data: bytes) -> str:
        parts = (self._under, submission.source, submission.name, file_sha256(data))
        return file_sha256("\0".join(parts).encode())


@dataclass(frozen=True)
class _Neighbours:
    """What an assignment and those beside it ask for, read once for a whole run."""

    own: Outline
    questions: frozenset[str]
    others: tuple[Outline, ...]

    @classmethod
    def of(cls, assignment: Assignment) -> _Neighbours:
        source = assignment.notebook_path
        questions = frozenset(question.name for question in assignment.questions)
        return cls(outline(source), questions, tuple(beside(source)))

    def owner_of(self, data: bytes) -> str:
        """The assignment beside this one whose notebook was handed in, if it was."""
        try:
            notebook = parse_notebook(data)
        except NotebookRejected:
            return ""
        return taken_for(notebook, self.own, self.others, questions=self.questions)


def grade_all(
    pool: GradingPool,
    assignment: Assignment,
    sources: Iterable[Source],
    *,
    workers: int,
    done: Done = lambda result: None,
    journal: Journal | None = None,
) -> Iterator[GradeResult]:
    """Grade every source with up to `workers` at once; results come in the order of `sources`.

    `done` hears of each result as soon as it is there. No more than two submissions per worker are
    read ahead, so memory does not grow with their number. Whoever stops listening (Ctrl-C) ends it.
    What the `journal` knows is not graded again.
    """

    neighbours = _Neighbours.of(assignment)

    def outcome(source: Source) -> GradeResult:
        submission = source.read()
        result = _known_or_graded(
            pool, assignment, submission, neighbours=neighbours, journal=journal
        )
        done(result)
        return result

    waiting = iter(sources)
    with ThreadPoolExecutor(max_workers=workers) as threads:
        running: list[Future[GradeResult]] = []
        try:
            running += [threads.submit(outcome, source) for source in islice(waiting, 2 * workers)]
            while running:
                result = running.pop(0).result()
                running += [threads.submit(outcome, source) for source in islice(waiting, 1)]
                yield result
        except BaseException:
            for future in running:
                future.cancel()
            pool.abort()
            raise


def _known_or_graded(
    pool: GradingPool,
    assignment: Assignment,
    submission: Submission,
    *,
    neighbours: _Neighbours,
    journal: Journal | None,
) -> GradeResult:
    name, data = submission.name, submission.data
    if data is None:
        return rejected(assignment, name, submission.error)
    if journal and (known := journal.find(submission, data)):
        return known
    if other := neighbours.owner_of(data):
        return rejected(assignment, name, looks_like(other, assignment.id))
    result = pool.grade(assignment, data, submission=name, keep_outputs=False)
    if journal:
        journal.enter(submission, data, result)
    return result


def rejected(assignment: Assignment, name: str, sentence: str) -> GradeResult:
    """The result of a file that was not graded."""
    return GradeResult(
        name,
        assignment.id,
        Status.REJECTED,
        None,
        assignment.max_score,
        error=sentence,
        grader_version=grader_version(assignment),
    )
