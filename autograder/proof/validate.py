"""Proving an assignment sound: right answers pass, wrong ones lose exactly what they should.

The proof is a list of claims about one assignment. The source notebook earns every automatic point
and the release none; each wrong solution loses exactly the questions it names and each right one
none; under many secret seeds all of that stays so; nothing of the solution or the checks is in the
release or in any feedback; adversaries, which the proof makes itself, earn next to nothing; and
where an author gives it minutes, each small change of the model solution loses a question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from autograder.assignment import Assignment
from autograder.grading import GradingPool
from autograder.proof import adversaries
from autograder.proof.banks import Solution, read_bank, with_cell
from autograder.proof.claims import Claim
from autograder.proof.leaks import leaks
from autograder.proof.mutants import Mutants, try_mutants
from autograder.proof.trial import Trial, adversary_claims
from autograder.results import GradeResult, Status

_SOURCE = "source"


@dataclass
class Report:
    """What `validate` found: claims, and for each solution the questions it lost."""

    assignment: Assignment
    claims: list[Claim] = field(default_factory=list)
    losses: dict[str, frozenset[str]] = field(default_factory=dict)
    expected: dict[str, frozenset[str]] = field(default_factory=dict)
    adversaries: dict[str, dict[str, float]] = field(default_factory=dict)
    mutants: Mutants | None = None
    gradings: int = 0

    @property
    def sound(self) -> bool:
        """Whether every claim held."""
        return all(claim.holds for claim in self.claims)


@dataclass(frozen=True)
class _Subject:
    name: str
    data: bytes
    loses: frozenset[str]
    whole: bool = False


def validate(
    assignment: Assignment,
    pool: GradingPool,
    *,
    seeds: list[bytes],
    workers: int,
    mutants: float | None = None,
    done: Callable[[], None] = lambda: None,
    tried: Callable[[int, int], None] = lambda number, total: None,
) -> Report:
    """Prove the assignment sound under every one of the seeds.

    Mutants are tried for so many minutes; without them only what is known of all of them counts.
    `done` is called after each notebook, `tried` with how many of how many mutants are known.
    """
    report = Report(assignment)
    _prove_banks(report, pool, seeds=seeds, workers=workers, done=done)
    if report.losses[_SOURCE]:
        return report  # what is made of the model solution says nothing while that is wrong
    trial = Trial(assignment, pool, seeds=seeds, workers=workers, done=done)
    report.adversaries = trial.earned()
    report.gradings += trial.gradings
    report.claims += adversary_claims(assignment, report.adversaries)
    report.mutants = try_mutants(
        assignment, pool, seed=seeds[0], workers=workers, minutes=mutants, done=tried
    )
    report.claims += report.mutants.claims() if report.mutants else ()
    return report


def _prove_banks(
    report: Report,
    pool: GradingPool,
    *,
    seeds: list[bytes],
    workers: int,
    done: Callable[[], None],
) -> None:
    assignment = report.assignment
    subjects = list(_subjects(assignment))
    results: dict[str, tuple[GradeResult, ...]] = {}

    def results_of(subject: _Subject) -> tuple[GradeResult, ...]:
        found = pool.grade_under_seeds(assignment, subject.data, seeds, submission=subject.name)
        done()
        return found

    with ThreadPoolExecutor(max_workers=workers) as threads:
        try:
            for subject, found in zip(subjects, threads.map(results_of, subjects), strict=True):
                results[subject.name] = found
        except BaseException:
            pool.abort()
            raise
    for subject in subjects:
        report.claims.append(_claim(subject, results[subject.name]))
        report.losses[subject.name] = frozenset().union(*map(_lost, results[subject.name]))
        if any(result.status is not Status.GRADED for result in results[subject.name]):
            report.losses[subject.name] = _every(assignment)
        report.expected[subject.name] = subject.loses
    report.gradings = sum(len(found) for found in results.values())
    report.claims += leaks(assignment, [r for group in results.values() for r in group])


def _subjects(assignment: Assignment) -> Iterator[_Subject]:
    from autograder.nbgrader.release import release_notebook

    source = assignment.notebook_path.read_bytes()
    every = _every(assignment)
    yield _Subject(_SOURCE, source, frozenset())
    yield _Subject("release", release_notebook(assignment), every, whole=True)
    for solution in read_bank(assignment):
        yield _Subject(_label(solution), with_cell(source, solution.code), solution.loses)


def _every(assignment: Assignment) -> frozenset[str]:
    return frozenset(question.name for question in assignment.auto_questions)


def _label(solution: Solution) -> str:
    return f"{'wrong' if solution.loses else 'right'}/{solution.name}"


def count_subjects(assignment: Assignment) -> int:
    """How many notebooks the proof grades."""
    return 2 + len(read_bank(assignment)) + adversaries.count_of(assignment)


def _lost(result: GradeResult) -> frozenset[str]:
    return frozenset(
        question.name
        for question in result.questions
        if question.kind == "auto" and question.score != question.max_score
    )


def _claim(subject: _Subject, results: Sequence[GradeResult]) -> Claim:
    names = ", ".join(sorted(subject.loses)) or "nothing"
    claim = "earns no point" if subject.whole else f"loses {names}"
    strange = [found for result in results if (found := _deviation(subject, result))]
    if not strange:
        return Claim(subject.name, claim)
    return Claim(subject.name, claim, f"{strange[0]} ({len(strange)} of {len(results)} seeds)")


def _deviation(subject: _Subject, result: GradeResult) -> str:
    if result.status is not Status.GRADED:
        return f"{result.status}: {result.error}"
    lost = _lost(result)
    if subject.whole and result.score:
        return f"earns {result.score:g} points"
    if lost == subject.loses:
        return ""
    unexpected = [
        f"{question.name}: {question.message}"
        for question in result.questions
        if question.name in lost - subject.loses
    ]
    kept = ", ".join(sorted(subject.loses - lost))
    parts = [f"keeps {kept}"] if kept else []
    return "; ".join([*parts, *(f"also loses {text}" for text in unexpected)])
