"""What an author of hidden checks imports: the decorator, the comparisons and the ramp.

A check is a function `test_*(student, rng)` whose docstring is what the student reads. `student`
calls into the notebook's sandbox, `rng` is a numpy Generator seeded from the secret seed, the
assignment, the submission's content and the check's name: all hidden inputs come from it.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from autograder import findings
from autograder.attachments import measure, plot
from autograder.comparison import as_array, as_scalar, as_series, assert_close, unpack
from autograder.findings import Finding, excusing
from autograder.results import Verdict

__all__ = [
    "Finding",
    "as_array",
    "as_scalar",
    "as_series",
    "assert_close",
    "assert_no_warnings",
    "excusing",
    "fail",
    "measure",
    "plot",
    "question",
    "ramp",
    "require",
    "unpack",
]

Check = TypeVar("Check", bound=Callable[..., Any])
_MARK = "heldout_question"


@dataclass(frozen=True)
class Mark:
    """What `@question` writes on a check."""

    question: str
    points: float
    description: str
    fresh: bool = False


def question(name: str, *, points: float = 1, fresh: bool = False) -> Callable[[Check], Check]:
    """Make a function a check of that question, worth that many of its points.

    A `fresh` one begins in a process that no other check has told anything. Where one has, the
    cells run again for it.
    """

    def decorate(check: Check) -> Check:
        description = inspect.getdoc(check) or ""
        first = " ".join(description.split("\n\n")[0].split())
        setattr(check, _MARK, Mark(name, points, first, fresh))
        return check

    return decorate


def mark_of(check: Any) -> Mark | None:
    """The mark that `@question` left, or None."""
    mark = getattr(check, _MARK, None)
    return mark if isinstance(mark, Mark) else None


def fail(message: str, hint: str = "") -> NoReturn:
    """End the check as failed with a sentence for the student."""
    raise findings.fail(message, hint)


def require(condition: bool, message: str, hint: str = "") -> None:
    """End the check as failed unless the condition holds."""
    if not condition:
        raise findings.fail(message, hint)


def assert_no_warnings(student: Any, *, hint: str = "") -> None:
    """End the check as failed when the last call gave a NumPy warning (its default error state)."""
    if student.warnings:
        category, message = student.warnings[0]
        raise findings.fail(f"The call gave a warning: {category}: {message}.", hint)


def ramp(value: float, *, low: float, high: float, what: str = "accuracy", hint: str = "") -> None:
    """Full credit from `high` on, none up to `low`, and `(value - low) / (high - low)` between."""
    if math.isfinite(value) and value >= high:
        return
    credit = (value - low) / (high - low) if math.isfinite(value) and value > low else 0.0
    message = f"The {what} is {value:.3f}; full points from {high:.3f} on, none up to {low:.3f}."
    verdict = Verdict.PARTIAL if credit > 0 else Verdict.FAILED
    raise Finding(verdict, message, hint=hint, credit=credit)
