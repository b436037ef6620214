"""A submission's notebook in the sandbox: cells run once, functions answer, faults stay local.

When a cell or a call runs out of time or memory or ends its process, the process is replaced: the
cells run again in a new one, without the cell that did it, so that only its own question suffers.
Memory that the kernel refuses counts like memory that the keeper kills for: which of the two comes
first is chance, and what was hoarded until then would starve everything that follows.

**Runs between which nothing travels.** `renew` ends a process that has been told something; the
next call meets one that ran the cells and was told nothing. There is never more than one, and the
next is forked only when the keeper has reported the last one's PID namespace empty: what keeps two
runs apart is exactly what keeps two submissions apart (`../sandbox/README.md`), with no second
mechanism to trust. A copy of the process after its cells would be cheaper than its cells, but lie
with its siblings under one user, in one PID namespace, with the same descriptors and file systems
as the copied, since the filter forbids namespaces after the cells: a told copy could write into the
memory of the one that the next is copied from. Spares that wait beside a told process would share
with it what the kernel counts for all (files being watched or locked, memory, load). A process that
has been told nothing is as good as a new one, so the first such run costs nothing.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from autograder.assignment import Limits
from autograder.findings import Finding
from autograder.grading import where
from autograder.grading.budget import Budget, Spent
from autograder.grading.faults import cell_output, what_lacks, why_call, why_cell
from autograder.grading.hearing import note_call
from autograder.results import CellOutput, Verdict
from autograder.sandbox.inside_confine import Confinement
from autograder.sandbox.outside_launch import Sandbox, SandboxError
from autograder.sandbox.outside_replies import CallReply, CellReply
from autograder.sandbox.outside_session import Session, SessionEnded
from autograder.submitted.notebook import Notebook

_MAX_RESTARTS = 25
_MAX_PASSES = 8
_MAX_ERRORS, _LEAST_ERROR = 200_000, 300
_NOBODY: Mapping[str, Callable[..., Any]] = MappingProxyType({})
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
        self.notebook = notebook
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
        self._lacks: dict[int, list[str]] = {}
        self._skipped: set[int] = set()
        self._given_up: dict[str, Finding] = {}
        self._restarts = 0
        self._told = False
        self._renewed = False
        self._runs, self._begun = [0], 0
        self._standing_in = _NOBODY
        self._budget = Budget(limits.total_seconds)
        self._output_left = int(limits.output_kb * 1024) if keep_outputs else 0
        self._errors_left = _MAX_ERRORS
        self.fault: SandboxError | None = None
        self.peak_kb = 0
        self.warnings: tuple[tuple[str, str], ...] = ()

    @property
    def restarts(self) -> int:
        """How many processes were lost: to time, to memory or by their own doing."""
        return self._restarts

    @property
    def spent(self) -> Spent:
        """What the cells took, from the fork on, and what came since the last rewind."""
        return self._budget.spent

    @property
    def cells(self) -> tuple[CellOutput, ...]:
        """What each code cell did, in the notebook's order."""
        return tuple(self._results[place] for place in sorted(self._results))

    @property
    def lacks(self) -> tuple[str, ...]:
        """What the cells went on without, a sentence each, in the notebook's order."""
        return tuple(lack for place in sorted(self._lacks) for lack in self._lacks[place])

    def run_cells(self, progress: Progress = lambda done, total: None) -> None:
        """Run every code cell; a cell that fails in any way stops only itself."""
        while self._session is None and not self._is_exhausted():
            self._start(progress)
        self._budget.cells_have_run()
        for place, cell in enumerate(self._cells):
            if place not in self._results:
                why = "The time for the whole notebook was used up before this cell ran."
                self._results[place] = CellOutput(cell.index, "skipped", (), why)

    def _is_exhausted(self) -> bool:
        return self._budget.left() <= 0 or self._restarts > _MAX_RESTARTS

    def _start_again(self) -> None:
        """Run the cells in a new process; whoever lost the last one pays for it."""
        renewed, self._renewed = self._renewed, False
        with self._budget.cells_again() if renewed else contextlib.nullcontext():
            if self._is_exhausted():
                raise Finding(Verdict.TIMEOUT, self._exhausted())
            self._start()

    def _start(self, progress: Progress = lambda done, total: None) -> None:
        self._session = session = Session(self._sandbox, self._confinement)
        self._told = False
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
        seconds = self._budget.allowed(self._limits.cell_seconds)
        before = self._results.get(place)
        # What a cell shows again is not kept, so it need not be drawn.
        limit = 0 if before is not None and before.ok else max(0, self._output_left)
        try:
            with self._budget.clock():
                reply = session.run_cell(cell.source, place + 1, seconds=seconds, limit=limit)
        except SessionEnded as ended:
            self._skipped.add(place)
            self._lose_session(ended)
            self._results[place] = CellOutput(
                cell.index, ended.reason, (), why_cell(ended, seconds), 0.0
            )
            return None
        starved = reply.raised is not None and reply.raised.memory
        if before is None or starved or (again and not before.ok):
            self._output_left -= sum(len(output[2]) for output in reply.outputs)
            packages = self._sandbox.packages
            lacks = [what_lacks(place + 1, lack, packages) for lack in reply.lacking]
            self._lacks[place] = lacks
            self._results[place] = result = cell_output(cell, reply, self._errors_left, lacks)
            self._errors_left = max(_LEAST_ERROR, self._errors_left - len(result.error))
        if starved:
            self._skipped.add(place)
            self._end_session()
            return None
        return reply

    def rewind(self) -> None:
        """Begin a grading under another seed: the whole time again, and nothing told."""
        self._budget.rewind()
        self.renew()

    def renew(self) -> None:
        """From here on calls meet a process that has been told nothing.

        Raises SandboxError without the proof that the last one has ended with all it started.
        """
        with self._faults_kept():
            if self._told and self._session is not None:
                self.close()
                self._renewed = True
        self._told = False

    @contextlib.contextmanager
    def _faults_kept(self) -> Iterator[None]:
        """A fault of ours is kept in `fault`: a check that swallows it is not judged by it."""
        try:
            yield
        except SandboxError as fault:
            self.fault = self.fault or fault
            raise

    @property
    def run(self) -> int:
        """The run that calls belong to now: 0, or the innermost `fresh_run`'s own number."""
        return self._runs[-1]

    @contextlib.contextmanager
    def fresh_run(self, standing_in: Mapping[str, Callable[..., Any]] = _NOBODY) -> Iterator[None]:
        """A run of its own: nothing that it is told leaves it, and nothing told before enters.

        In it the functions `standing_in` are called where the notebook calls its own.
        """
        self.renew()
        before, self._standing_in = self._standing_in, standing_in
        self._begun += 1
        self._runs.append(self._begun)
        try:
            yield
        finally:
            self._runs.pop()
            self._standing_in = before
            self.renew()

    def _lose_session(self, ended: SessionEnded) -> None:
        if ended.reason == "timeout":
            self._budget.note_hang()
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
        with self._faults_kept():
            return self._call(name, positional, keywords, seconds=seconds, keep=keep)

    def _call(
        self,
        name: str,
        positional: tuple[Any, ...],
        keywords: dict[str, Any],
        *,
        seconds: float,
        keep: bool,
    ) -> CallReply:
        if name in self._given_up:
            raise self._given_up[name].noted()
        if self._budget.left() <= 0:
            raise Finding(Verdict.TIMEOUT, self._exhausted())
        while self._session is None:
            self._start_again()
        limit = self._budget.allowed(seconds)
        if limit <= 0:
            raise Finding(Verdict.TIMEOUT, self._exhausted())
        self._told = True
        started = time.perf_counter()
        try:
            with self._budget.clock():
                reply = self._session.call(
                    name,
                    positional,
                    keywords,
                    seconds=limit,
                    keep=keep,
                    standing_in=self._standing_in,
                )
        except SessionEnded as ended:
            self._lose_session(ended)
            finding = why_call(name, ended, limit)
            if ended.reason != "crashed":
                self._given_up[name] = finding
            raise finding from None
        if reply.raised is not None and reply.raised.memory:
            self._end_session()
            asked = f"`{name}` asked for more memory than allowed."
            finding = Finding(Verdict.MEMORY, asked, traceback=reply.raised.traceback)
            self._given_up[name] = finding
            raise finding
        note_call(name, reply, time.perf_counter() - started)
        return reply

    def _exhausted(self) -> str:
        if self._budget.left() <= 0:
            return f"The {self._limits.total_seconds:g} s for the whole notebook were used up."
        return "The notebook ended its process too often to go on."

    def defining_cell(self, name: str) -> CellOutput | None:
        """The cell that would define the name but did not run to its end."""
        return where.defining_cell(name, self._cells, self._results)

    def misplaced(self, name: str) -> str:
        """In which cell that does not run the name would be defined, or nothing."""
        return where.misplaced(name, self.notebook)

    def close(self) -> None:
        """End the notebook's processes; raises SandboxError without the proof of their end."""
        if self._session is not None:
            self._session.close()
            self.peak_kb = max(self.peak_kb, self._session.peak_kb)
            self._session = None
