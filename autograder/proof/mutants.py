"""Trying every mutant of the model solution: each must lose a question, or be excused.

A mutant is graded on the questions that its function can affect, those that call it most first, and
only until the first check that does not pass. One that loses nothing is then graded on everything
under more seeds before it is said to survive. What is known of a mutant is kept beside the
assignment in `.mutants.json`, so that a proof that ran out of its minutes goes on where it was.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import msgspec

from autograder.assignment import Assignment, AssignmentError
from autograder.grading import GradingPool, grader_version
from autograder.grading.protocol import Scope
from autograder.grading.version import EXCUSES
from autograder.proof.adversaries import Told
from autograder.proof.claims import Claim
from autograder.proof.equivalent import Excuse, read_excuses
from autograder.proof.mutations import Mutant, mutants_of
from autograder.proof.solution import SourceCell, functions_reached, notebook_of, source_cells
from autograder.proof.trial import model_solution
from autograder.proof.validation_record import write_beside
from autograder.results import GradeResult, Status

_KNOWN = ".mutants.json"
_MORE_SEEDS = 3
# A mutant may never end; what takes so many times the model solution's longest call has lost.
_TIMES_LONGER, _LEAST_SECONDS = 20.0, 3.0


@dataclass(frozen=True)
class Survivor:
    """A mutant that lost nothing, and the questions that it should have lost one of."""

    mutant: Mutant
    questions: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class Mutants:
    """What became of an assignment's mutants; `untried` ones are left for another time."""

    made: int
    killed: int
    untried: int
    survivors: tuple[Survivor, ...] = ()
    stale: tuple[Excuse, ...] = ()

    @property
    def equivalent(self) -> tuple[Survivor, ...]:
        """The survivors that the assignment excuses."""
        return tuple(each for each in self.survivors if each.reason)

    @property
    def unexcused(self) -> tuple[Survivor, ...]:
        """The survivors that show a weak check."""
        return tuple(each for each in self.survivors if not each.reason)

    def claims(self) -> Iterator[Claim]:
        """That none survives without an excuse, and that each excuse is of a survivor."""
        for each in self.unexcused:
            names = " or ".join(each.questions)
            said = f"it loses nothing:\n{each.mutant.diff}"
            yield Claim(f"mutant of {each.mutant.function}", f"loses {names}", said)
        if not self.unexcused:
            yield Claim("mutants", "lose a question each, or are excused")
        for excuse in self.stale:
            said = f"{excuse.was!r} is never made into {excuse.becomes!r}, or that is found out"
            yield Claim(EXCUSES, "excuses survivors", said)


class _Known(msgspec.Struct):
    """What was found of mutants by the judge of that version."""

    version: str
    killed: set[str] = msgspec.field(default_factory=set)
    survived: set[str] = msgspec.field(default_factory=set)


@dataclass
class _Judge:
    """Grades mutants of one assignment."""

    assignment: Assignment
    pool: GradingPool
    seed: bytes
    cells: list[SourceCell]
    told: Told
    reached: dict[str, set[str]]
    seconds: float = field(init=False)

    def __post_init__(self) -> None:
        longest = max((call.seconds for call in self.told.calls), default=0.0)
        self.seconds = max(_LEAST_SECONDS, _TIMES_LONGER * longest)

    def questions(self, mutant: Mutant) -> tuple[str, ...]:
        """The questions that call what the mutant changes, those that call it most first."""
        users = self.reached.get(mutant.function, set())
        calls = Counter(call.question for call in self.told.calls if call.name in users)
        own = [q for q in calls if set(self.told.own(q)) & {mutant.function}]
        return tuple(sorted(calls, key=lambda name: (name not in own, -calls[name])))

    def survives(self, mutant: Mutant) -> bool:
        """Whether no check finds the change, under any of several seeds."""
        notebook = notebook_of(
            [mutant.text if cell.place == mutant.cell.place else cell.text for cell in self.cells]
        )
        quick = Scope(self.questions(mutant), until_lost=True, call_seconds=self.seconds)
        if self._loses(notebook, [self.seed], quick):
            return False
        every = tuple(question.name for question in self.assignment.auto_questions)
        whole = Scope(every, until_lost=True, call_seconds=self.seconds)
        more = [b"%s/more/%d" % (self.seed, number) for number in range(_MORE_SEEDS)]
        return not any(self._loses(notebook, [seed], whole) for seed in more)

    def _loses(self, notebook: bytes, seeds: Sequence[bytes], scope: Scope) -> bool:
        results = self.pool.grade_under_seeds(
            self.assignment, notebook, seeds, submission="mutant", scope=scope
        )
        return any(_has_lost(result) for result in results)


def _has_lost(result: GradeResult) -> bool:
    if result.status is Status.INFRASTRUCTURE_ERROR:
        raise AssignmentError(f"a mutant could not be graded: {result.error}")
    whole = all(question.score == question.max_score for question in result.questions)
    return result.status is not Status.GRADED or not whole


def try_mutants(
    assignment: Assignment,
    pool: GradingPool,
    *,
    seed: bytes,
    workers: int,
    minutes: float | None,
    done: Callable[[int, int], None] = lambda number, total: None,
) -> Mutants | None:
    """Try mutants for so many minutes; without them, what is known of all, or None.

    `done` is told how many of how many are known.
    """
    known = _read(assignment)
    if minutes is None and not known.killed | known.survived:
        return None
    judge = _judge(assignment, pool, seed)
    # What no check calls is the notebook's own, and nobody's mistake.
    made = [mutant for mutant in mutants_of(judge.cells) if judge.questions(mutant)]
    waiting = [mutant for mutant in made if mutant.key not in known.killed | known.survived]
    if minutes is None and waiting:
        return None
    _try(
        judge,
        waiting,
        known,
        until=time.monotonic() + 60 * (minutes or 0),
        workers=workers,
        done=lambda number: done(len(made) - len(waiting) + number, len(made)),
    )
    return _told(assignment, judge, made, known)


def _judge(assignment: Assignment, pool: GradingPool, seed: bytes) -> _Judge:
    cells, told = model_solution(assignment, pool, seed)
    reached = functions_reached(source_cells(assignment), set(told.names))
    return _Judge(assignment, pool, seed, cells, told, reached)


def _try(
    judge: _Judge,
    waiting: list[Mutant],
    known: _Known,
    *,
    until: float,
    workers: int,
    done: Callable[[int], None],
) -> None:
    def verdict(mutant: Mutant) -> tuple[Mutant, bool | None]:
        return mutant, judge.survives(mutant) if time.monotonic() < until else None

    with ThreadPoolExecutor(max_workers=workers) as threads:
        try:
            for number, (mutant, survives) in enumerate(threads.map(verdict, waiting), start=1):
                if survives is not None:
                    (known.survived if survives else known.killed).add(mutant.key)
                    done(number)
        except BaseException:
            judge.pool.abort()
            raise
        finally:
            write_beside(judge.assignment, _KNOWN, known)


def _told(assignment: Assignment, judge: _Judge, made: list[Mutant], known: _Known) -> Mutants:
    excuses = {(excuse.was, excuse.becomes): excuse for excuse in read_excuses(assignment)}
    survivors = []
    for mutant in made:
        if mutant.key in known.survived:
            excuse = excuses.get((mutant.was, mutant.becomes))
            reason = excuse.reason if excuse else ""
            survivors.append(Survivor(mutant, judge.questions(mutant), reason))
    untried = [mutant for mutant in made if mutant.key not in known.killed | known.survived]
    open_ = {(each.mutant.was, each.mutant.becomes) for each in survivors}
    open_ |= {(mutant.was, mutant.becomes) for mutant in untried}
    stale = tuple(excuse for lines, excuse in excuses.items() if lines not in open_)
    killed = sum(mutant.key in known.killed for mutant in made)
    return Mutants(len(made), killed, len(untried), tuple(survivors), stale)


def _read(assignment: Assignment) -> _Known:
    version = grader_version(assignment)
    try:
        known = msgspec.json.decode((assignment.folder / _KNOWN).read_bytes(), type=_Known)
    except (OSError, msgspec.MsgspecError):
        return _Known(version)
    return known if known.version == version else _Known(version)
