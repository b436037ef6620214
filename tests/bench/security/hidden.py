"""Hidden tests for graders that test inside the notebook, made of Heldout's own checks.

The checks are run once against the reference, every call is noted, and each becomes a line that
makes the same call with the same numbers and compares with the same tolerance and shape.
"""

from __future__ import annotations

import copy
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from autograder.assignment import Assignment
from autograder.checks import Mark, mark_of
from autograder.seeds import check_generator

_OPENING = """\
import numpy as np
import numpy.testing
def agree(actual, expected):
    actual = np.asarray(actual)
    assert actual.shape == np.shape(expected), "wrong shape"
    np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=1e-8)
"""
_XOR_TEST = """\
(W1, b1), (W2, b2) = xor_params()
W1, b1, W2, b2 = (np.asarray(part, dtype=float) for part in (W1, b1, W2, b2))
assert [W1.shape, b1.shape, W2.shape, b2.shape] == [(2, 2), (2,), (2, 1), (1,)], "wrong shapes"
rows = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
logits = (np.maximum(rows @ W1 + b1, 0) @ W2 + b2)[:, 0]
assert np.isfinite(logits).all(), "not finite"
np.testing.assert_array_equal(logits > 0, [False, True, True, False])
"""


@dataclass(frozen=True)
class HiddenTest:
    """One check as code to run in the student's own interpreter."""

    name: str
    question: str
    points: float
    code: str


@dataclass
class Recorder:
    """Stands for a student whose functions are the reference's, and notes every call."""

    functions: ModuleType
    calls: list[tuple[str, tuple[Any, ...], Any]] = field(default_factory=list)
    warnings: tuple[()] = ()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            given = copy.deepcopy(arguments)
            answer = getattr(self.functions, name)(*arguments)
            self.calls.append((name, given, answer))
            return answer

        return call


def hidden_tests(
    assignment: Assignment, *, seed: bytes, digest: str, canary: str
) -> list[HiddenTest]:
    """Each check of the assignment as a hidden test that holds the canary.

    The numbers are those that Heldout itself draws for the submission with this digest.
    """
    from reference import arrays

    tests = []
    for check, mark in _checks(assignment):
        student = Recorder(arrays)
        check(student, check_generator(seed, assignment.id, digest, check.__name__))
        lines = [line for call in student.calls for line in _lines(*call)]
        code = f'CANARY = "{canary}"\n{_OPENING}' + "\n".join(lines)
        tests.append(HiddenTest(check.__name__, mark.question, mark.points, code.rstrip()))
    return tests


def _checks(assignment: Assignment) -> Iterator[tuple[Callable[..., None], Mark]]:
    spec = importlib.util.spec_from_file_location("recorded_checks", assignment.checks_path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for value in vars(module).values():
        if mark := mark_of(value):
            yield value, mark


def _lines(name: str, arguments: tuple[Any, ...], answer: Any) -> Iterator[str]:
    if name == "xor_params":
        yield from _XOR_TEST.splitlines()
        return
    call = f"{name}({', '.join(literal(each) for each in arguments)})"
    if not isinstance(answer, tuple):
        yield f"agree({call}, {literal(answer)})"
        return
    parts = [f"part_{number}" for number in range(len(answer))]
    yield f"{', '.join(parts)} = {call}"
    for part, wanted in zip(parts, answer, strict=True):
        yield f"agree({part}, {literal(wanted)})"


def literal(value: Any) -> str:
    """Python code for numbers, text, arrays, and lists and tuples of them, exact to the bit."""
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r})"
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' * (len(value) == 1)})"
    return repr(value)
