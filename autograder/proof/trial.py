"""The adversaries' day in court: what each earns of each question, and whether that is too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from autograder.assignment import Assignment, AssignmentError
from autograder.grading import GradingPool
from autograder.grading.protocol import Scope
from autograder.proof.adversaries import Adversary, Told, adversaries, names_of
from autograder.proof.bounds import FIFTH, Earned, needless, too_much
from autograder.proof.claims import Claim
from autograder.proof.solution import SourceCell, needed_cells, notebook_of, source_cells
from autograder.results import GradeResult, Status, Verdict

# What seems to earn too much is tried under so many seeds more, unless it earned all under each.
_MORE_SEEDS = 12


class Trial:
    """Grades every adversary of an assignment; `gradings` counts how often checks were run."""

    def __init__(
        self,
        assignment: Assignment,
        pool: GradingPool,
        *,
        seeds: list[bytes],
        workers: int,
        done: Callable[[], None],
    ) -> None:
        self._assignment = assignment
        self._pool = pool
        self._seeds = seeds
        self._workers = workers
        self._done = done
        self.gradings = 0

    def earned(self) -> dict[str, dict[str, float]]:
        """For each adversary the share of each question's points that it earns on average."""
        cells, told = model_solution(self._assignment, self._pool, self._seeds[0])
        solution = [cell.text for cell in cells]
        earned: dict[str, dict[str, float]] = {name: {} for name in names_of(self._assignment)}
        accused = adversaries(self._assignment, solution, told)
        with ThreadPoolExecutor(max_workers=self._workers) as threads:
            try:
                for adversary, shares, gradings in threads.map(self._judge, accused):
                    self.gradings += gradings
                    earned[adversary.name] |= shares
            except BaseException:
                self._pool.abort()
                raise
        return earned

    def _judge(self, adversary: Adversary) -> tuple[Adversary, dict[str, float], int]:
        """What it earns; where that seems too much, under more seeds, for it may have been luck."""
        results = self._grade(adversary, adversary.questions, self._seeds)
        gradings = len(results)
        shares = {name: _share(name, results) for name in adversary.questions}
        suspect = tuple(
            name
            for name, share in shares.items()
            if share > FIFTH and (share < 1 or len(self._seeds) == 1)
        )
        if suspect:
            more = [b"%s/more/%d" % (self._seeds[0], number) for number in range(_MORE_SEEDS)]
            others = self._grade(adversary, suspect, more)
            gradings += len(others)
            shares |= {name: _share(name, [*results, *others]) for name in suspect}
        self._done()
        return adversary, shares, gradings

    def _grade(
        self, adversary: Adversary, questions: tuple[str, ...], seeds: Sequence[bytes]
    ) -> tuple[GradeResult, ...]:
        results = self._pool.grade_under_seeds(
            self._assignment,
            adversary.notebook,
            seeds,
            submission=f"adversary/{adversary.name}",
            scope=Scope(questions=questions),
        )
        if error := next((cells[-1].error for r in results if (cells := r.cells)), ""):
            raise AssignmentError(f"the adversary {adversary.name} cannot be made: {error}")
        return results


def _share(question: str, results: Sequence[GradeResult]) -> float:
    """What cannot be graded counts as everything: nothing was proved of it."""
    found = [each for result in results for each in result.questions if each.name == question]
    earned = [(each.score or 0.0) / each.max_score for each in found]
    return (sum(earned) + len(results) - len(earned)) / len(results)


def model_solution(
    assignment: Assignment, pool: GradingPool, seed: bytes
) -> tuple[list[SourceCell], Told]:
    """The cells that earn every point, as few as do, and what they were asked under that seed.

    AssignmentError when not even the whole source notebook can be graded.
    """
    cells = source_cells(assignment)
    for kept in (needed_cells(cells), cells):
        whole = notebook_of([cell.text for cell in kept])
        reply = pool.heard(assignment, whole, seed, submission="model solution")
        if all(map(_is_whole, reply.results)):
            break
    if any(result.status is not Status.GRADED for result in reply.results):
        raise AssignmentError(f"the source notebook cannot be graded: {reply.results[0].error}")
    return kept, Told(reply.calls)


def _is_whole(result: GradeResult) -> bool:
    automatic = [question for question in result.questions if question.kind == "auto"]
    passed = all(question.verdict is Verdict.PASSED for question in automatic)
    return result.status is Status.GRADED and passed


def adversary_claims(assignment: Assignment, earned: Earned) -> Iterator[Claim]:
    """That none earns more than its bound, and that no bound is wider than it need be."""
    for name, answers in names_of(assignment).items():
        claim = f"earns at most a fifth of any question ({answers})"
        found = "; ".join(too_much(assignment, name, earned[name]))
        yield Claim(f"adversary {name}", claim, found)
    if assignment.exceptions:
        found = "; ".join(needless(assignment, earned))
        yield Claim("exceptions", "are needed", found)
