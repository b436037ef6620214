"""The pytest plugin: one session, checks collected once, many submissions judged.

pytest collects `checks.py` and then hands over: `pytest_runtestloop` takes submissions as they
come and runs every collected check through pytest's own protocol. What counts is only what a
check's call raised; a check that was skipped, repeated or lost is a fault of ours.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from _pytest.runner import runtestprotocol

from autograder.assignment import Assignment, AssignmentError, Question
from autograder.attachments import Attachments, collected
from autograder.checks import Mark, mark_of
from autograder.findings import Finding, noting, settled
from autograder.grading.execution import Execution
from autograder.grading.hearing import heard
from autograder.grading.protocol import WHOLE, Call, Scope
from autograder.grading.student import Student
from autograder.precision import answers_seen
from autograder.results import CheckResult, Verdict
from autograder.seeds import check_generator

Loop = Callable[["CheckPlugin"], None]


@dataclass
class Submitted:
    """The submission that the fixtures of the running check speak of."""

    execution: Execution
    digest: str
    seed: bytes
    scope: Scope = WHOLE
    calls: list[Call] = field(default_factory=list)
    outcomes: dict[str, list[BaseException | None]] = field(default_factory=dict)


class CheckPlugin:
    """Collects an assignment's checks and runs them for one submission after another."""

    def __init__(self, assignment: Assignment, loop: Loop) -> None:
        self.assignment = assignment
        self._loop = loop
        self._questions = {question.name: question for question in assignment.auto_questions}
        self._items: dict[str, pytest.Function] = {}
        self._marks: dict[str, Mark] = {}
        self._current: Submitted | None = None
        self.problem = ""

    # pytest's hooks and fixtures

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the checks by name."""
        for item in items:
            mark = mark_of(getattr(item, "function", None))
            if mark is not None and isinstance(item, pytest.Function):
                self._items[item.name] = item
                self._marks[item.name] = mark
            else:
                self.problem = f"{item.name} has no @question"

    def pytest_runtestloop(self) -> bool:
        """Serve submissions instead of running every check once."""
        self.problem = self.problem or self._wrong_points()
        if not self.problem:
            self._loop(self)
        return True

    def _wrong_points(self) -> str:
        if unknown := {mark.question for mark in self._marks.values()} - set(self._questions):
            return f"a check is of the unknown question {min(unknown)}"
        for question in self._questions.values():
            points = sum(m.points for m in self._marks.values() if m.question == question.name)
            if points != question.points:
                got, wanted = f"{points:g}", f"{question.points:g}"
                return f"the checks of {question.name} give {got} points, expected {wanted}"
        return ""

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, bool]:
        """Note how a check's own call ended, and spare pytest a report that nobody would read."""
        outcomes = self._submitted().outcomes.setdefault(pyfuncitem.name, [])
        with noting() as notes, answers_seen():
            try:
                yield
            except Exception as error:
                outcomes.append(settled(error, notes))
            except BaseException as error:
                outcomes.append(error)
                raise
            else:
                outcomes.append(settled(None, notes))
        return True

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        """The submission's functions."""
        question = self._question(request.node.name)
        submitted = self._submitted()
        limit = question.call_seconds or self.assignment.limits.call_seconds
        limit = min(limit, submitted.scope.call_seconds or limit)
        return Student(submitted.execution, limit)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """The generator of this check's hidden inputs."""
        submitted = self._submitted()
        return check_generator(
            submitted.seed, self.assignment.id, submitted.digest, request.node.name
        )

    # what the loop calls

    def checks_of(self, question: str) -> list[str]:
        """The names of a question's checks, in the order of the file."""
        return [name for name, mark in self._marks.items() if mark.question == question]

    def run(self, name: str, submitted: Submitted) -> CheckResult | BaseException:
        """Run one check for one submission; an exception that is no finding is returned."""
        mark = self._marks[name]
        if mark.fresh:
            submitted.execution.renew()
        self._current = submitted
        listening = (
            heard(submitted.calls, mark.question) if submitted.scope.calls else nullcontext()
        )
        try:
            with collected() as attached, listening:
                reports = runtestprotocol(self._items[name], log=False, nextitem=None)
        finally:
            self._current = None
        outcomes = submitted.outcomes.pop(name, [])
        if submitted.execution.fault is not None:
            return submitted.execution.fault
        if len(outcomes) != 1 or any(r.failed or r.skipped for r in reports if r.when != "call"):
            return RuntimeError(f"the check {name} ran {len(outcomes)} times, expected once")
        error = outcomes[0]
        if error is None:
            error = Finding(Verdict.PASSED, "", credit=1.0)
        return _result(name, mark, error, attached) if isinstance(error, Finding) else error

    def infrastructure_error(self, name: str, message: str) -> CheckResult:
        """A check that could not be judged through a fault of ours."""
        return _result(name, self._marks[name], Finding(Verdict.INFRASTRUCTURE_ERROR, message))

    def unusable(self, name: str) -> CheckResult:
        """A check that broke on what the student's functions returned."""
        message = "What your functions returned could not be used by this check."
        return _result(name, self._marks[name], Finding(Verdict.FAILED, message))

    def _question(self, name: str) -> Question:
        return self._questions[self._marks[name].question]

    def _submitted(self) -> Submitted:
        if self._current is None:
            raise RuntimeError("a check ran outside of a submission")
        return self._current


def _result(
    name: str, mark: Mark, finding: Finding, attached: Attachments | None = None
) -> CheckResult:
    return CheckResult(
        name=name.removeprefix("test_"),
        question=mark.question,
        description=mark.description,
        points=mark.points,
        score=mark.points * finding.credit,
        verdict=finding.verdict,
        message=finding.message,
        hint=finding.hint,
        traceback=finding.traceback,
        plots=tuple(attached.plots) if attached else (),
        measure=attached.measure if attached else None,
    )


def run_session(assignment: Assignment, loop: Loop) -> None:
    """Collect the assignment's checks and run `loop`; AssignmentError when they do not load."""
    options = ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging"]
    options += ["--capture=no", "--assert=plain", "--import-mode=importlib", "-c", "/dev/null"]
    options += [f"--rootdir={assignment.folder}", str(assignment.checks_path)]
    # checks.py may import modules that lie beside it.
    sys.path.insert(0, str(assignment.folder.resolve()))
    if not assignment.checks_path.is_file():
        raise AssignmentError(f"there are no hidden checks at {assignment.checks_path}")
    plugin, failures = CheckPlugin(assignment, loop), _CollectionFailures()
    code = pytest.main(options, plugins=[plugin, failures])
    if problem := failures.first or plugin.problem:
        raise AssignmentError(f"{assignment.checks_path} cannot be used: {problem}")
    if code != pytest.ExitCode.OK:
        raise AssignmentError(f"{assignment.checks_path}: pytest ended with {code!r}")


class _CollectionFailures:
    first = ""

    def pytest_exception_interact(
        self, call: pytest.CallInfo[Any], report: pytest.CollectReport | pytest.TestReport
    ) -> None:
        """Remember why `checks.py` could not be imported."""
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            error = call.excinfo.value.__cause__ or call.excinfo.value
            said = " ".join(str(error).split())
            self.first = self.first or f"{type(error).__name__}: {said}"
