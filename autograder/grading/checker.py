"""The checker process: hidden checks, reference and secret seed here, the student elsewhere.

Run as `python -m autograder.grading.checker FOLDER`. It starts a warm sandbox, collects the
assignment's checks once, and then grades every job that comes through its standard input. The
pipeline of one submission is `grade`: parse, run the cells, run the checks, prove the end, add up.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from autograder import receipt as receipts
from autograder.assignment import Assignment, AssignmentError, Question, load_assignment
from autograder.grading import protocol
from autograder.grading.execution import Execution
from autograder.grading.lifeline import end_with_holder
from autograder.grading.memory import bound_memory
from autograder.grading.plugin import CheckPlugin, Submitted, run_session
from autograder.grading.protocol import Call, Job, Reply, Scope
from autograder.grading.version import grader_version
from autograder.receipt import Receipt
from autograder.results import (
    CheckResult,
    GradeResult,
    QuestionResult,
    Status,
    Verdict,
    question_result,
)
from autograder.sandbox.outside_launch import Sandbox, SandboxError
from autograder.sandbox.outside_mounts import MountError
from autograder.submitted.answers import NO_ANSWER, find_answer
from autograder.submitted.belonging import outline
from autograder.submitted.notebook import Notebook, NotebookRejected, parse_notebook

# The first optimizer of a process imports torch._dynamo, which takes seconds.
_WARM = {
    "numpy": ("numpy.random",),
    "matplotlib": ("matplotlib.pyplot",),
    "torch": ("torch", "torch._dynamo"),
}
_MAX_NOTES = 20
Tell = Callable[[dict[str, object]], None]


@dataclass(frozen=True)
class _Checked:
    """What the checks found under one seed, and the seconds of each stage."""

    submitted: Submitted
    questions: tuple[QuestionResult, ...]
    timings: Mapping[str, float]
    around: Mapping[str, float] = field(default_factory=dict)


class Checker:
    """Grades submissions of one assignment, one at a time."""

    def __init__(self, assignment: Assignment, plugin: CheckPlugin, sandbox: Sandbox) -> None:
        self.assignment = assignment
        self._plugin = plugin
        self._sandbox = sandbox
        self._version = grader_version(assignment)
        self._environment = receipts.environment(assignment, receipts.checker_threads())
        self._limits = receipts.limits(assignment)
        self.calls: list[Call] = []

    def check(self, job: Job, tell: Tell) -> tuple[GradeResult, ...]:
        """From bytes to a result for each seed; SandboxError when the sandbox broke (our fault)."""
        started = time.perf_counter()
        self.calls = []
        try:
            notebook = parse_notebook(job.data)
        except NotebookRejected as rejection:
            seconds = time.perf_counter() - started
            return (self._outcome(job, Status.REJECTED, seconds, error=str(rejection)),)
        parsed = time.perf_counter() - started
        execution = Execution(
            self._sandbox,
            notebook,
            self.assignment.limits,
            keep_outputs=job.keep_outputs,
            cpus=job.cpus,
        )
        try:
            execution.run_cells(lambda done, total: tell(_step("cells", done, total)))
            checked = []
            for seed in job.seeds:
                execution.rewind()
                submitted = Submitted(execution, notebook.digest, seed, job.scope)
                checked.append(self._run_checks(submitted, tell))
            self.calls = submitted.calls
        finally:
            ending = time.perf_counter()
            execution.close()
        ended = time.perf_counter()
        around = {"parse": parsed, "close": ended - ending}
        return tuple(
            self._result(job, ended - started, execution, replace(each, around=around))
            for each in checked
        )

    def _run_checks(self, submitted: Submitted, tell: Tell) -> _Checked:
        """Run the checks under one seed, and tell their own time from that of the calls."""
        started = time.perf_counter()
        questions = self._questions(submitted, tell)
        took = time.perf_counter() - started
        spent = submitted.execution.spent
        timings = {
            "cells": spent.cells + spent.again,
            "calls": spent.calls,
            "checks": took - spent.calls - spent.again,
        }
        return _Checked(submitted, questions, timings)

    def _receipt(self, job: Job, execution: Execution, checked: _Checked) -> Receipt:
        timings = {**checked.timings, **checked.around}
        return Receipt(
            receipts.file_sha256(job.data),
            checked.submitted.digest,
            self._version,
            self._environment,
            receipts.seed_id(checked.submitted.seed),
            self._limits,
            {stage: round(seconds, 6) for stage, seconds in timings.items()},
            peak_kb=execution.peak_kb,
            restarts=execution.restarts,
        )

    def _result(
        self, job: Job, seconds: float, execution: Execution, checked: _Checked
    ) -> GradeResult:
        questions = checked.questions
        broken = next((q for q in questions if q.verdict is Verdict.INFRASTRUCTURE_ERROR), None)
        return self._outcome(
            job,
            Status.INFRASTRUCTURE_ERROR if broken else Status.GRADED,
            seconds,
            error=broken.message if broken else "",
            questions=questions,
            digest=checked.submitted.digest,
            cells=execution.cells,
            notes=execution.lacks[:_MAX_NOTES],
            receipt=self._receipt(job, execution, checked),
        )

    def _outcome(
        self,
        job: Job,
        status: Status,
        seconds: float,
        *,
        error: str = "",
        questions: tuple[QuestionResult, ...] = (),
        **details: Any,
    ) -> GradeResult:
        graded = status is Status.GRADED
        return GradeResult(
            submission=job.submission,
            assignment=self.assignment.id,
            status=status,
            score=sum(q.score or 0.0 for q in questions) if graded else None,
            max_score=self.assignment.max_score,
            questions=questions if graded else (),
            error=error,
            seconds=seconds,
            grader_version=self._version,
            **details,
        )

    def _questions(self, submitted: Submitted, tell: Tell) -> tuple[QuestionResult, ...]:
        results: list[QuestionResult] = []
        questions = self._asked(submitted.scope)
        for place, question in enumerate(questions):
            if question.kind == "manual":
                result = self._waiting(question, submitted)
            else:
                result = self._question(question, submitted)
            results.append(result)
            step = _step("checks", place + 1, len(questions))
            tell({**step, "question": result.record()})
            if submitted.scope.until_lost and result.verdict is not Verdict.PASSED:
                break
        return tuple(results)

    def _asked(self, scope: Scope) -> tuple[Question, ...]:
        """The questions to judge, in the order that the scope names them."""
        by_name = {question.name: question for question in self.assignment.questions}
        return tuple(by_name[name] for name in scope.questions) or self.assignment.questions

    def _waiting(self, question: Question, submitted: Submitted) -> QuestionResult:
        """A written answer, which staff grade; said is what they will find."""
        given = outline(self.assignment.notebook_path).texts
        found = find_answer(submitted.execution.notebook, question.name, given)
        said = f"Waits for staff to grade it. {found.note}".strip() if found else NO_ANSWER
        return QuestionResult(question.name, "manual", None, question.points, Verdict.PENDING, said)

    def _question(self, question: Question, submitted: Submitted) -> QuestionResult:
        found: list[CheckResult] = []
        for name in self._plugin.checks_of(question.name):
            found.append(self._check(name, submitted))
            if submitted.scope.until_lost and found[-1].verdict is not Verdict.PASSED:
                break
        return question_result(question.name, question.points, found)

    def _check(self, name: str, submitted: Submitted) -> CheckResult:
        found = self._plugin.run(name, submitted)
        if isinstance(found, CheckResult):
            return found
        if isinstance(found, SandboxError):
            raise found
        if isinstance(found, (OSError, ImportError)):
            raise SandboxError(f"the check {name} could not run: {type(found).__name__}")
        if not isinstance(found, Exception):
            raise SandboxError(f"the check {name} was interrupted by {type(found).__name__}")
        if self._source_passes(name, submitted):
            return self._plugin.unusable(name)
        return self._plugin.infrastructure_error(
            name, f"The check {name} broke: {type(found).__name__}: {found}"
        )

    def _source_passes(self, name: str, submitted: Submitted) -> bool:
        """Whether the source notebook passes the check with the same hidden inputs.

        A check that breaks on one submission but not on the model solution broke on what that
        submission returned; one that breaks on both is broken itself.
        """
        notebook = self._source()
        execution = Execution(self._sandbox, notebook, self.assignment.limits)
        try:
            execution.run_cells()
            again = Submitted(execution, submitted.digest, submitted.seed)
            found = self._plugin.run(name, again)
        finally:
            execution.close()
        return isinstance(found, CheckResult) and found.verdict is Verdict.PASSED

    def _source(self) -> Notebook:
        try:
            return parse_notebook(self.assignment.notebook_path.read_bytes())
        except (OSError, NotebookRejected) as error:
            raise SandboxError(f"the source notebook cannot be read: {error}") from None


def _step(stage: str, done: int, total: int) -> dict[str, object]:
    return {"stage": stage, "done": done, "total": total}


def warm_modules(assignment: Assignment) -> list[str]:
    """The modules that the warm interpreter imports before the first submission."""
    return [module for name in assignment.packages for module in _WARM.get(name, ())]


def _serve(assignment: Assignment, requests: BinaryIO, answers: BinaryIO) -> None:
    files = assignment.data_files()
    with Sandbox(assignment.packages, warm_modules(assignment), files=files) as sandbox:

        def loop(plugin: CheckPlugin) -> None:
            checker = Checker(assignment, plugin, sandbox)
            sandbox.wait_until_ready()
            bound_memory()
            try:
                _answer(checker, requests, answers)
            except BrokenPipeError:
                # The pool has gone, so nobody waits: what is still to be sent goes nowhere.
                os.dup2(os.open(os.devnull, os.O_WRONLY), answers.fileno())

        run_session(assignment, loop)


def _answer(checker: Checker, requests: BinaryIO, answers: BinaryIO) -> None:
    """Grade one job after the other until the pool closes the pipe or the sandbox fails."""
    protocol.send(answers, Reply(ready=True))
    while True:
        try:
            job = protocol.receive_job(requests)
        except EOFError:
            return
        try:
            results = checker.check(job, lambda step: protocol.send(answers, Reply(step)))
        except SandboxError as error:
            protocol.send(answers, Reply(fatal=str(error)))
            return
        protocol.send(answers, Reply(results=results, calls=tuple(checker.calls)))


def main(folder: str) -> None:
    """Serve jobs from standard input; whatever checks print goes to standard error."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    end_with_holder(requests.fileno())
    try:
        _serve(load_assignment(Path(folder)), requests, answers)
    except (AssignmentError, SandboxError, MountError) as error:
        protocol.send(answers, Reply(fatal=str(error)))
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
