"""A submission's notebook in the sandbox: cells run once, functions answer, faults stay local.

When a cell or a call runs out of time or memory or ends its process, the process is replaced: the
cells run again in a new one, without the cell that did it, so that only its own question suffers.
Memory that the kernel refuses counts like memory that the keeper kills for: which of the two comes
first is chance, and what was hoarded until then would starve everything that follows.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from autograder.assignment import Limits
from autograder.findings import Finding
from autograder.results import CellOutput, Output, Verdict
from autograder.sandbox.inside_confine import Confinement
from autograder.sandbox.outside_launch import Sandbox
from autograder.sandbox.outside_replies import CallReply, CellReply
from autograder.sandbox.outside_session import Session, SessionEnded
from autograder.submitted.notebook import Cell, Notebook

_MAX_RESTARTS = 25
_MAX_PASSES = 8
_MAX_ERRORS, _LEAST_ERROR = 200_000, 300
Progress = Callable[[int, int], None]


class Execution:
    """One submission in the sandbox, from its first cell to the proof that nothing is left."""

    def __init__(
        self,
        sandbox: Sandbox,
        notebook: Notebook,
        limits: Limits,
        *,
        keep_outputs: bool = False,
        cpus: tuple[int, ...] = (),
    ) -> None:
        self._sandbox = sandbox
        self._cells = notebook.code_cells
        self._limits = limits
        self._confinement = Confinement(
            memory_mb=int(limits.memory_mb),
            processes=int(limits.processes),
            cpu_seconds=int(limits.total_seconds * 2) + 10,
            cpus=cpus,
        )
        self._session: Session | None = None
        self._results: dict[int, CellOutput] = {}
        self._skipped: set[int] = set()
        self._given_up: dict[str, Finding] = {}
        self._restarts = 0
        self._hung = False
        self._output_left = int(limits.output_kb * 1024) if keep_outputs else 0
        self._errors_left = _MAX_ERRORS
        self._spent = 0.0
        self._spent_on_cells = 0.0
        self._busy = 0.0
        self.peak_kb = 0
        self.warnings: tuple[tuple[str, str], ...] = ()

    @property
    def restarts(self) -> int:
        """How many processes were lost: to time, to memory or by their own doing."""
        return self._restarts

    @property
    def seconds(self) -> tuple[float, float]:
        """What the cells took, from the fork on, and what the calls took since the last rewind."""
        return self._spent_on_cells, self._spent - self._spent_on_cells

    @property
    def cells(self) -> tuple[CellOutput, ...]:
        """What each code cell did, in the notebook's order."""
        return tuple(self._results[place] for place in sorted(self._results))

    def run_cells(self, progress: Progress = lambda done, total: None) -> None:
        """Run every code cell; a cell that fails in any way stops only itself."""
        while self._session is None and self._restarts <= _MAX_RESTARTS and self._left() > 0:
            self._start(progress)
        self._spent_on_cells = self._spent
        for place, cell in enumerate(self._cells):
            if place not in self._results:
                why = "The time for the whole notebook was used up before this cell ran."
                self._results[place] = CellOutput(cell.index, "skipped", (), why)

    def _start(self, progress: Progress = lambda done, total: None) -> None:
        self._session = session = Session(self._sandbox, self._confinement)
        self._busy = 0.0
        waiting = [place for place in range(len(self._cells)) if place not in self._skipped]
        # The order of cells does not matter: what stopped for a name that is defined further down
        # runs again, until a pass brings nothing new.
        for again in range(_MAX_PASSES):
            unresolved = []
            for done, place in enumerate(waiting):
                reply = self._run(session, place, again=again > 0)
                if reply is None:
                    return
                if reply.raised is not None and reply.raised.type == "NameError":
                    unresolved.append(place)
                if not again:
                    progress(done + 1, len(waiting))
            if not unresolved or (again and len(unresolved) == len(waiting)):
                return
            waiting = unresolved

    def _run(self, session: Session, place: int, *, again: bool) -> CellReply | None:
        """Run one cell; None when the process ended with it."""
        cell = self._cells[place]
        seconds = self._allowed(self._limits.cell_seconds)
        try:
            with self._clock():
                reply = session.run_cell(
                    cell.source, place + 1, seconds=seconds, limit=max(0, self._output_left)
                )
        except SessionEnded as ended:
            self._skipped.add(place)
            self._lose_session(ended)
            self._results[place] = CellOutput(
                cell.index, ended.reason, (), _why_cell(ended, seconds), 0.0
            )
            return None
        starved = reply.raised is not None and reply.raised.memory
        before = self._results.get(place)
        if before is None or starved or (again and not before.ok):
            self._output_left -= sum(len(output[2]) for output in reply.outputs)
            self._results[place] = result = _cell_output(cell, reply, self._errors_left)
            self._errors_left = max(_LEAST_ERROR, self._errors_left - len(result.error))
        if starved:
            self._skipped.add(place)
            self._end_session()
            return None
        return reply

    def _allowed(self, seconds: float) -> float:
        """The limit of a cell or call: once something hung, it leaves half of the time to others.

        A function that hangs also hangs every cell that tries it out, and must not cost the
        questions that come after.
        """
        return min(seconds, self._left() / 2 if self._hung else self._left())

    def _left(self) -> float:
        return self._limits.total_seconds - self._spent

    def rewind(self) -> None:
        """Give the calls their whole time again, for checks that are run under another seed.

        The kernel's limit on CPU time is the process's: one that has been busy for as long as a
        grading may take is replaced.
        """
        self._spent = self._spent_on_cells
        if self._busy > self._limits.total_seconds:
            self.close()

    @contextlib.contextmanager
    def _clock(self) -> Iterator[None]:
        """Count only the sandbox's time: how long a check itself takes is not the student's."""
        started = time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - started
            self._spent += took
            self._busy += took

    def _lose_session(self, ended: SessionEnded) -> None:
        self._hung = self._hung or ended.reason == "timeout"
        if self._session is not None:
            self.peak_kb = max(self.peak_kb, self._session.peak_kb)
        self._session = None
        self._restarts += 1

    def _end_session(self) -> None:
        """Give up the process that was refused memory, with all that it holds."""
        if self._session is not None:
            self._session.close()
        self._lose_session(SessionEnded("memory"))

    def call(
        self,
        name: str,
        positional: tuple[Any, ...],
        keywords: dict[str, Any],
        *,
        seconds: float,
        keep: bool = False,
    ) -> CallReply:
        """Call a function of the notebook; raises Finding unless it returns in time."""
        if name in self._given_up:
            raise self._given_up[name]
        while self._session is None:
            if self._left() <= 0 or self._restarts > _MAX_RESTARTS:
                raise Finding(Verdict.TIMEOUT, self._exhausted())
            self._start()
        limit = self._allowed(seconds)
        if limit <= 0:
            raise Finding(Verdict.TIMEOUT, self._exhausted())
        try:
            with self._clock():
                reply = self._session.call(name, positional, keywords, seconds=limit, keep=keep)
        except SessionEnded as ended:
            self._lose_session(ended)
            finding = _why_call(name, ended, limit)
            if ended.reason != "crashed":
                self._given_up[name] = finding
            raise finding from None
        if reply.raised is not None and reply.raised.memory:
            self._end_session()
            asked = f"`{name}` asked for more memory than allowed."
            finding = Finding(Verdict.MEMORY, asked, traceback=reply.raised.traceback)
            self._given_up[name] = finding
            raise finding
        return reply

    def _exhausted(self) -> str:
        if self._left() <= 0:
            return f"The {self._limits.total_seconds:g} s for the whole notebook were used up."
        return "The notebook ended its process too often to go on."

    def defining_cell(self, name: str) -> CellOutput | None:
        """The cell that would define the name but did not run to its end."""
        # Blanks are never given back: a cell of nothing but blank lines would take forever.
        define = rf"(?:(?:async[ \t]++)?def|class)[ \t]++{name}\b"
        pattern = re.compile(rf"^[ \t]*+(?:{define}|{name}[ \t]*+=)", re.M)
        for place, cell in enumerate(self._cells):
            result = self._results.get(place)
            if result is not None and not result.ok and pattern.search(cell.source):
                return result
        return None

    def close(self) -> None:
        """End the notebook's processes; raises SandboxError without the proof of their end."""
        if self._session is not None:
            self._session.close()
            self.peak_kb = max(self.peak_kb, self._session.peak_kb)
            self._session = None


def _cell_output(cell: Cell, reply: CellReply, error_limit: int) -> CellOutput:
    """What a cell did; of a long traceback, the end says the most."""
    outputs = tuple(Output(*output) for output in reply.outputs)
    if reply.raised is None:
        return CellOutput(cell.index, "ok", outputs, "", reply.seconds)
    status = "memory" if reply.raised.memory else "error"
    error = reply.raised.traceback[-error_limit:]
    return CellOutput(cell.index, status, outputs, error, reply.seconds)


def _why_cell(ended: SessionEnded, seconds: float) -> str:
    return {
        "timeout": f"This cell did not end within {seconds:.3g} s and was stopped.",
        "memory": "This cell used more memory than allowed and was stopped.",
    }.get(ended.reason, "This cell ended its process.")


def _why_call(name: str, ended: SessionEnded, seconds: float) -> Finding:
    if ended.reason == "timeout":
        return Finding(Verdict.TIMEOUT, f"`{name}` did not answer within {seconds:.3g} s.")
    if ended.reason == "memory":
        return Finding(Verdict.MEMORY, f"`{name}` used more memory than allowed.")
    return Finding(Verdict.ERROR, f"The process ended while `{name}` ran.")
