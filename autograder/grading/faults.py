"""What became of a cell or a call that did not simply return, as its student reads it."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.findings import Finding
from autograder.results import CellOutput, Output, Verdict
from autograder.sandbox.outside_replies import CellReply, Lack, Raised
from autograder.sandbox.outside_session import SessionEnded
from autograder.submitted.notebook import Cell


def cell_output(cell: Cell, reply: CellReply, error_limit: int, lacks: Sequence[str]) -> CellOutput:
    """What a cell did, and what it went on without; of a long text, the end says the most."""
    outputs = tuple(Output(*output) for output in reply.outputs)
    if reply.raised is None and not lacks:
        return CellOutput(cell.index, "ok", outputs, "", reply.seconds)
    status = "memory" if reply.raised is not None and reply.raised.memory else "error"
    stopped = [] if reply.raised is None else [advised(reply.raised)]
    error = "\n".join([*lacks, *stopped])[-error_limit:]
    return CellOutput(cell.index, status, outputs, error, reply.seconds)


def advised(raised: Raised) -> str:
    """The traceback, with what is known about it besides."""
    return raised.traceback + (f" ({raised.advice})" if raised.advice else "")


def what_lacks(number: int, lack: Lack, packages: Sequence[str]) -> str:
    """What the code cell of that number went on without, in one sentence."""
    where = f"Cell {number}" + (f", line {lack.line}" if lack.line else "")
    if lack.kind == "name":
        return f"{where} was left out: it needs `{lack.name}`, which is missing for that reason."
    there = f"available are {', '.join(packages)}"
    if lack.kind == "magic":
        there = "available are IPython's own"
    advice = f" ({lack.advice})" if lack.advice else ""
    kind = "magic" if lack.kind == "magic" else "module"
    return f"{where}: there is no {kind} `{lack.name}` here; {there}{advice}."


def why_cell(ended: SessionEnded, seconds: float) -> str:
    """Why a cell was stopped."""
    return {
        "timeout": f"This cell did not end within {seconds:.3g} s and was stopped.",
        "memory": "This cell used more memory than allowed and was stopped.",
    }.get(ended.reason, f"This cell ended its process.{_overflow(ended)}")


def why_call(name: str, ended: SessionEnded, seconds: float) -> Finding:
    """Why a function gave no answer."""
    if ended.reason == "timeout":
        return Finding(Verdict.TIMEOUT, f"`{name}` did not answer within {seconds:.3g} s.")
    if ended.reason == "memory":
        return Finding(Verdict.MEMORY, f"`{name}` used more memory than allowed.")
    return Finding(Verdict.ERROR, f"The process ended while `{name}` ran.{_overflow(ended)}")


def _overflow(ended: SessionEnded) -> str:
    reason = " Its stack may be used up: does a function call itself without end?"
    return reason if ended.overflowed else ""
