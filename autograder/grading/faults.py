"""What became of a cell or a call that did not simply return, as its student reads it."""

from __future__ import annotations

from autograder.findings import Finding
from autograder.results import CellOutput, Output, Verdict
from autograder.sandbox.outside_replies import CellReply
from autograder.sandbox.outside_session import SessionEnded
from autograder.submitted.notebook import Cell


def cell_output(cell: Cell, reply: CellReply, error_limit: int) -> CellOutput:
    """What a cell did; of a long traceback, the end says the most."""
    outputs = tuple(Output(*output) for output in reply.outputs)
    if reply.raised is None:
        return CellOutput(cell.index, "ok", outputs, "", reply.seconds)
    status = "memory" if reply.raised.memory else "error"
    error = reply.raised.traceback[-error_limit:]
    return CellOutput(cell.index, status, outputs, error, reply.seconds)


def why_cell(ended: SessionEnded, seconds: float) -> str:
    """Why a cell was stopped."""
    return {
        "timeout": f"This cell did not end within {seconds:.3g} s and was stopped.",
        "memory": "This cell used more memory than allowed and was stopped.",
    }.get(ended.reason, "This cell ended its process.")


def why_call(name: str, ended: SessionEnded, seconds: float) -> Finding:
    """Why a function gave no answer."""
    if ended.reason == "timeout":
        return Finding(Verdict.TIMEOUT, f"`{name}` did not answer within {seconds:.3g} s.")
    if ended.reason == "memory":
        return Finding(Verdict.MEMORY, f"`{name}` used more memory than allowed.")
    return Finding(Verdict.ERROR, f"The process ended while `{name}` ran.")
