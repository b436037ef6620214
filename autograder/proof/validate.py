"""Proving an assignment sound: right answers pass, wrong ones lose exactly what they should.

The proof is a list of claims about one assignment. The source notebook earns every automatic point
and the release none; each wrong solution loses exactly the questions it names and each right one
none; under many secret seeds all of that stays so; and nothing of the solution or the checks is in
the release or in any feedback.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from autograder.assignment import Assignment
from autograder.grading import GradingPool
from autograder.proof.banks import Solution, read_bank, with_cell
from autograder.results import GradeResult, Status

MIN_LEAK = 24


@dataclass(frozen=True)
class Claim:
    """One thing that was claimed of an assignment, and what was found instead, if anything."""

    subject: str
    claim: str
    found: str = ""

    @property
    def holds(self) -> bool:
        """Whether the claim held under every seed that was tried."""
        return not self.found


@dataclass
class Report:
    """What `validate` found: claims, and for each solution the questions it lost."""

    assignment: Assignment
    claims: list[Claim] = field(default_factory=list)
    losses: dict[str, frozenset[str]] = field(default_factory=dict)
    expected: dict[str, frozenset[str]] = field(default_factory=dict)
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
    done: Callable[[], None] = lambda: None,
) -> Report:
    """Prove the assignment sound under every one of the seeds."""
    report = Report(assignment)
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
        report.expected[subject.name] = subject.loses
    report.gradings = sum(len(found) for found in results.values())
    report.claims += _leaks(assignment, [r for group in results.values() for r in group])
    return report


def _subjects(assignment: Assignment) -> Iterator[_Subject]:
    from autograder.nbgrader.release import release_notebook

    source = assignment.notebook_path.read_bytes()
    every = frozenset(question.name for question in assignment.auto_questions)
    yield _Subject("source", source, frozenset())
    yield _Subject("release", release_notebook(assignment), every, whole=True)
    for solution in read_bank(assignment):
        yield _Subject(_label(solution), with_cell(source, solution.code), solution.loses)


def _label(solution: Solution) -> str:
    return f"{'wrong' if solution.loses else 'right'}/{solution.name}"


def count_subjects(assignment: Assignment) -> int:
    """How many notebooks the proof grades."""
    return 2 + len(read_bank(assignment))


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


def _leaks(assignment: Assignment, results: list[GradeResult]) -> Iterator[Claim]:
    """Look for lines of the solutions and the checks where a student could read them."""
    from autograder.nbgrader.release import release_notebook

    release = json.loads(release_notebook(assignment))
    shown = "\n".join("".join(cell["source"]) for cell in release["cells"])
    # What the notebook itself gives away outside its solutions is nobody's secret.
    checks = _check_lines(assignment) - _source_lines(assignment, solution=False)
    solutions = _source_lines(assignment, solution=True)
    hidden = (solutions - _source_lines(assignment, solution=False)) | checks
    yield _leak_claim("release", [line for line in hidden if line in shown])
    feedback = "\n".join(
        f"{check.message}\n{check.hint}\n{check.traceback}"
        for result in results
        for question in result.questions
        for check in question.checks
    )
    places = [str(assignment.folder.parent), "checks.py", "autograder/", "/site-packages/"]
    inside = [line for line in checks if line in feedback]
    yield _leak_claim("feedback", inside + [place for place in places if place in feedback])


def _leak_claim(subject: str, found: list[str]) -> Claim:
    said = f"contains {found[0]!r}" if found else ""
    return Claim(f"{subject} (leaks)", "shows no solution and no check", said)


def _source_lines(assignment: Assignment, *, solution: bool) -> set[str]:
    """The lines of the source notebook inside its solutions, or outside of them."""
    lines: set[str] = set()
    for cell in json.loads(assignment.notebook_path.read_bytes())["cells"]:
        inside = False
        for line in "".join(cell["source"]).splitlines():
            if "### BEGIN SOLUTION" in line or "### END SOLUTION" in line:
                inside = "BEGIN" in line
            elif inside is solution:
                lines.add(line.strip())
    return {line for line in lines if len(line) >= MIN_LEAK}


def _check_lines(assignment: Assignment) -> set[str]:
    """The statements of the hidden checks; their docstrings are what students may read."""
    lines = set()
    for path in assignment.folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        source = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1 if ast.get_docstring(node) else 0 :]
                lines |= {source[statement.lineno - 1].strip() for statement in body}
    return {line for line in lines if len(line) >= MIN_LEAK}
