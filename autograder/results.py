"""What grading a submission gives: plain, frozen records that travel as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec

from autograder.receipt import Receipt


class Verdict(StrEnum):
    """What was found about a check or a question."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    MISSING = "missing"
    INFRASTRUCTURE_ERROR = "infrastructure_error"
    PENDING = "pending"


class Status(StrEnum):
    """What became of a submission as a whole."""

    GRADED = "graded"
    REJECTED = "rejected"
    INFRASTRUCTURE_ERROR = "infrastructure_error"


class Curve(msgspec.Struct, frozen=True):
    """One line of a plot: its value at 1, 2, 3, …; `cut` where it went on without being finite."""

    label: str
    values: tuple[float, ...]
    cut: bool = False


class Plot(msgspec.Struct, frozen=True):
    """Lines beside each other, the student's first; `x` and `y` are what the axes are called."""

    title: str
    x: str
    y: str
    curves: tuple[Curve, ...]


class Measure(msgspec.Struct, frozen=True):
    """A number that ranks submissions of an assignment, and what it is; higher is better.

    `final` is the same on other rows: no student learns it before staff reveal the final ranks.
    """

    what: str
    value: float
    final: float | None = None


class CheckResult(msgspec.Struct, frozen=True):
    """One hidden check: `points` it is worth, `score` it earned, and what the student may read.

    A measure is taken on rows that no point depends on: students may compare its value.
    """

    name: str
    question: str
    description: str
    points: float
    score: float
    verdict: Verdict
    message: str = ""
    hint: str = ""
    traceback: str = ""
    plots: tuple[Plot, ...] = ()
    measure: Measure | None = None


class QuestionResult(msgspec.Struct, frozen=True):
    """One question; `score` is None while a manual question waits for staff."""

    name: str
    kind: str
    score: float | None
    max_score: float
    verdict: Verdict
    message: str = ""
    checks: tuple[CheckResult, ...] = ()

    def record(self) -> dict[str, Any]:
        """The question as the command line's JSON contract writes it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "score": self.score,
            "max_score": self.max_score,
            "verdict": str(self.verdict),
            "message": self.message,
        }


class Output(msgspec.Struct, frozen=True):
    """One output of a cell; binary images are base64 text."""

    kind: str
    mime: str
    text: str
    truncated: bool = False


class CellOutput(msgspec.Struct, frozen=True):
    """What one code cell did; `error` is its traceback in the student's own lines."""

    cell_index: int
    status: str
    outputs: tuple[Output, ...] = ()
    error: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the cell ran to its end."""
        return self.status == "ok"


class GradeResult(msgspec.Struct, frozen=True):
    """A graded, rejected or failed submission: the whole answer of the grader.

    `notes` are sentences about the notebook as a whole, which cost no points by themselves.
    """

    submission: str
    assignment: str
    status: Status
    score: float | None
    max_score: float
    questions: tuple[QuestionResult, ...] = ()
    error: str = ""
    seconds: float = 0.0
    grader_version: str = ""
    digest: str = ""
    cells: tuple[CellOutput, ...] = ()
    receipt: Receipt | None = None
    notes: tuple[str, ...] = ()

    @property
    def measure(self) -> Measure | None:
        """What a check measured on rows that no point depends on, if any did."""
        checks = (check for question in self.questions for check in question.checks)
        return next((check.measure for check in checks if check.measure), None)

    def record(self) -> dict[str, Any]:
        """The submission as the command line's JSON contract writes it, for staff."""
        receipt = {} if self.receipt is None else {"receipt": msgspec.to_builtins(self.receipt)}
        measured = {} if self.measure is None else {"measure": msgspec.to_builtins(self.measure)}
        return {
            "submission": self.submission,
            "assignment": self.assignment,
            "status": str(self.status),
            "score": self.score,
            "max_score": self.max_score,
            "questions": [question.record() for question in self.questions],
            "error": self.error,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 4),
            "grader_version": self.grader_version,
            **measured,
            **receipt,
        }


def to_json(result: GradeResult) -> bytes:
    """Encode a result, complete with checks and outputs."""
    return msgspec.json.encode(result)


def from_json(data: bytes | str) -> GradeResult:
    """Decode what `to_json` wrote; raises msgspec.ValidationError on anything else."""
    return msgspec.json.decode(data, type=GradeResult)


def question_result(name: str, points: float, checks: Iterable[CheckResult]) -> QuestionResult:
    """Add up the checks of one automatic question.

    The verdict is `passed` with every point, `partial` with some, and otherwise that of the first
    check that did not pass; an infrastructure error outweighs everything else.
    """
    checks = tuple(checks)
    score = sum(check.score for check in checks)
    unmet = [check for check in checks if check.verdict is not Verdict.PASSED]
    broken = [check for check in unmet if check.verdict is Verdict.INFRASTRUCTURE_ERROR]
    if broken:
        first, verdict = broken[0], Verdict.INFRASTRUCTURE_ERROR
    elif not unmet:
        return QuestionResult(name, "auto", score, points, Verdict.PASSED, "", checks)
    else:
        first = unmet[0]
        verdict = Verdict.PARTIAL if score > 0 else first.verdict
    message = f"{first.message} {first.hint}".strip()
    return QuestionResult(name, "auto", score, points, verdict, message, checks)
