"""Adversaries: notebooks that the proof makes itself, whose functions do not do the work.

Each is the model solution with one more cell (the `inside_*` files), after which its functions
answer without the work: constants, what was seen before, what is public, what agrees with
everything. The author writes none. What one earns shows a check that rests on what the accused
says later, on memory, on public data or on constants.

Most put every function under the rule at once. The turncoats look at one question: its functions
answer constants, and all others are honest until one of those was called, and dumb from then on.
"""

from __future__ import annotations

import base64
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder.assignment import Assignment, Question
from autograder.grading.protocol import Call
from autograder.proof.solution import notebook_of
from autograder.sandbox import wire

# What each answers; assignments name them so in their exceptions.
KINDS = {
    "zero": "the number 0",
    "one": "the number 1",
    "zeros": "zeros in the form of a right answer",
    "ones": "ones in the form of a right answer",
    "blank": "zeros in the shape of the first array",
    "first": "the first argument",
    "last": "the last argument",
    "echo": "arguments of the shape of a right answer",
    "previous": "what was right at the last call",
    "memory": "labels and numbers that earlier calls told",
    "once": "the truth at first, then zeros",
    "replay": "what was right under another seed",
    "agreeable": "an object that equals everything",
    "lying": "zeros whose comparisons lie",
}
LOOKED_UP = {
    "exact": "labels of the same rows in public files",
    "nearest": "labels of the nearest rows in public files",
}
TURNCOATS = {
    f"turncoat-{kind}": f"{KINDS[kind]}, and the others' functions cover for it"
    for kind in ("zero", "one", "zeros", "echo")
}
_FILES = ("inside_forms", "inside_tables", "inside_disguises", "inside_adversary")
_FROM_ONE_ANOTHER = re.compile(r"^from (?:autograder\.proof\.\w+|__future__) .*\n", re.M)
_MOST_ANSWERS, _MOST_BYTES = 20, 2**21


@dataclass(frozen=True)
class Adversary:
    """A notebook that should earn next to nothing of `questions`."""

    name: str
    notebook: bytes
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What was heard when the model solution was graded under a seed of its own."""

    calls: tuple[Call, ...]

    @property
    def names(self) -> list[str]:
        """Every function that a check called."""
        return sorted({call.name for call in self.calls})

    @property
    def models(self) -> list[str]:
        """The functions whose answers stay inside."""
        return sorted({call.name for call in self.calls if call.kept})

    def own(self, question: str) -> list[str]:
        """The functions that are this question's work; where it has none of its own, all it calls.

        A function is the work of the question that calls little else: where another calls it as
        well, it is honest there. Making a model and asking it are one piece of work.
        """
        calls = Counter((call.question, call.name) for call in self.calls)
        totals = Counter(call.question for call in self.calls)

        def home(name: str) -> str:
            return max(totals, key=lambda q: (calls[q, name] / totals[q], calls[q, name]))

        called = [name for name in self.names if calls[question, name]]
        if self.models:
            return called
        return [name for name in called if home(name) == question] or called


def names_of(assignment: Assignment) -> dict[str, str]:
    """Every adversary that the assignment meets, and what it answers."""
    return {**KINDS, **(LOOKED_UP if assignment.files else {}), **TURNCOATS}


def count_of(assignment: Assignment) -> int:
    """How many notebooks they are."""
    whole = len(names_of(assignment)) - len(TURNCOATS)
    return whole + len(TURNCOATS) * len(assignment.auto_questions)


def adversaries(assignment: Assignment, solution: Sequence[str], told: Told) -> Iterator[Adversary]:
    """Make them from the solution's cells and what a grading of it told."""
    every = tuple(question.name for question in assignment.auto_questions)
    for name in names_of(assignment):
        if name not in TURNCOATS:
            recorded = _recorded(told) if name == "replay" else {}
            cell = _cell(name, told, traitors=told.names, recorded=recorded)
            yield Adversary(name, notebook_of([*solution, cell]), every)
    for question in assignment.auto_questions:
        yield from _turncoats(question, solution, told)


def _turncoats(question: Question, solution: Sequence[str], told: Told) -> Iterator[Adversary]:
    for name in TURNCOATS:
        kind, traitors = name.removeprefix("turncoat-"), told.own(question.name)
        cell = _cell(kind, told, traitors=traitors, recorded={})
        yield Adversary(name, notebook_of([*solution, cell]), (question.name,))


def _cell(kind: str, told: Told, *, traitors: list[str], recorded: dict[str, list[Any]]) -> str:
    here = Path(__file__).parent
    parts = [(here / f"{name}.py").read_text(encoding="utf-8") for name in _FILES]
    code = "\n".join(_FROM_ONE_ANOTHER.sub("", part) for part in parts)
    call = (
        f"become(globals(), {kind!r}, {told.names!r}, models={told.models!r}, "
        f"traitors={traitors!r}, recorded={_literal(recorded)})"
    )
    return f"from __future__ import annotations\n{code}\n{call}\n"


def _recorded(told: Told) -> dict[str, list[Any]]:
    """The answers by function, in the order in which they were given."""
    answers: dict[str, list[Any]] = {}
    left = _MOST_BYTES
    forms: Counter[tuple[str, int]] = Counter()
    for call in told.calls:
        form = (call.name, len(call.answer))
        if call.answer and forms[form] < _MOST_ANSWERS and len(call.answer) <= left:
            forms[form] += 1
            left -= len(call.answer)
            answer = wire.decode(call.answer, _plain)
            answers.setdefault(call.name, []).append(answer)
    return answers


def _plain(token: Any) -> Any:
    """What stays inside cannot be replayed, but the items of a named tuple can."""
    return tuple(token) if isinstance(token, wire.HeldTuple) else None


def _literal(value: Any) -> str:
    """The value as an expression of the adversary's cell."""
    if isinstance(value, dict):
        items = (f"{key!r}: {_literal(item)}" for key, item in value.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(value, (list, tuple)):
        items = (f"{_literal(item)}, " for item in value)
        return f"[{''.join(items)}]" if isinstance(value, list) else f"({''.join(items)})"
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        text = base64.b64encode(array.tobytes()).decode()
        whole = f"array_of({text!r}, {array.dtype.str!r}, {array.shape!r})"
        return whole if isinstance(value, np.ndarray) else f"{whole}[()]"
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    return repr(value)
