"""The `student` that checks talk to: attribute access becomes a call into the sandbox."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from autograder.findings import Finding, fail
from autograder.grading.execution import Execution
from autograder.grading.where import missing_name
from autograder.precision import note_answer
from autograder.results import Verdict
from autograder.sandbox.outside_replies import CallReply, Raised

_DECIMAL = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?")


class Student:
    """A submission's functions by name; every call obeys the contract or ends the check.

    `student.relu(z)` returns plain data, `student.opaque.fit(X, y, 0)` a handle to what stays
    inside. `student.warnings` are the NumPy warnings of the last call.
    """

    def __init__(
        self,
        execution: Execution,
        call_seconds: float,
        *,
        keep: bool = False,
        forgive: bool = False,
        run: int | None = None,
    ) -> None:
        self._execution = execution
        self._run = execution.run if run is None else run
        self._call_seconds = call_seconds
        self._keep = keep
        self._forgive = forgive

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """The NumPy warnings of the last call, as (category, message)."""
        return self._execution.warnings

    @property
    def opaque(self) -> Student:
        """The same functions, whose results stay in the sandbox."""
        return Student(self._execution, self._call_seconds, keep=True, run=self._run)

    @property
    def forgiving(self) -> Student:
        """The same functions, free to change what they are given.

        For a question that measures a function which another question already holds to purity.
        """
        return Student(self._execution, self._call_seconds, forgive=True, run=self._run)

    @contextlib.contextmanager
    def fresh(self, **standing_in: Callable[..., Any]) -> Iterator[Student]:
        """The same functions in a process that ran the cells and has been told nothing.

        Inside the block only the student that it gives may be asked. Both processes end with what
        they were told: no handle goes into the block or leaves it, and whoever is asked after it
        has been told nothing either. The cells run again for each, when it is first asked.

        Functions that are `standing_in` (`loss_and_grads=reference.loss_and_grads`) are called,
        outside, wherever the notebook calls its own of that name: so a question can be judged
        whatever the others' faults, and nobody who is judged is asked whether it is right.
        """
        with self._execution.fresh_run(standing_in):
            yield Student(self._execution, self._call_seconds)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*positional: Any, **keywords: Any) -> Any:
            if self._run != self._execution.run:
                raise RuntimeError(f"`{name}` was asked of a student whose run is not this one")
            reply = self._execution.call(
                name, positional, keywords, seconds=self._call_seconds, keep=self._keep
            )
            self._execution.warnings = reply.warnings
            return self._value(name, reply)

        return call

    def _value(self, name: str, reply: CallReply) -> Any:
        if reply.missing:
            raise self._missing(name, reply)
        if reply.raised is not None:
            raise self._raised(name, reply.raised)
        if reply.unsendable:
            raise fail(f"`{name}` returned something that is not plain data: {reply.unsendable}.")
        if reply.changed and not self._forgive:
            which = ", ".join(_argument(label) for label in reply.changed)
            raise fail(
                f"`{name}` changed {which}, but must leave what it is given as it was.",
                "Work on a copy, and avoid in-place operators such as `+=` on an argument.",
            )
        note_answer(reply.value)
        return reply.value

    def _missing(self, name: str, reply: CallReply) -> Finding:
        if reply.missing != "missing":
            message = f"`{name}` is a {reply.missing}, expected a function."
            return Finding(Verdict.MISSING, message)
        message = f"`{name}` is not defined in the notebook"
        if reply.why:
            return Finding(Verdict.MISSING, f"{message}: {reply.why}.")
        cell = self._execution.defining_cell(name)
        if cell is not None:
            last = cell.error.rsplit("\n", 1)[-1]
            stopped = f"{message}. Its cell stopped: {last}"
            return Finding(Verdict.MISSING, stopped, traceback=cell.error)
        place = self._execution.misplaced(name)
        return Finding(Verdict.MISSING, f"{message}; {place}." if place else f"{message}.")

    def _raised(self, name: str, raised: Raised) -> Finding:
        if raised.type == "NotImplementedError":
            place = self._execution.misplaced(name)
            message = f"`{name}` is not written yet"
            return Finding(Verdict.MISSING, f"{message}; {place}." if place else f"{message}.")
        said = _hide_numbers(raised.message)
        message = f"`{name}` raised {raised.type}" + (f": {said}" if said else "")
        traceback = raised.traceback.replace(raised.message, said) if said else raised.traceback
        missing = missing_name(raised.message) if raised.type == "NameError" else ""
        advice = raised.advice or self._execution.misplaced(missing)
        hint = f"{advice[:1].upper()}{advice[1:]}." if advice else ""
        return Finding(Verdict.ERROR, message, hint=hint, traceback=traceback)


def _argument(label: str) -> str:
    return f"its argument {label}" if label.isdecimal() else f"its argument `{label}`"


def _hide_numbers(text: str) -> str:
    """Decimal numbers in a student's own message may be hidden inputs; shapes are whole numbers."""
    return _DECIMAL.sub("…", text)
