"""A warm sandbox and sessions in it, as the tests of the boundary use them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from autograder.sandbox.inside_confine import Confinement
from autograder.sandbox.outside_launch import Sandbox
from autograder.sandbox.outside_session import Session

PLENTY = 60.0


def warmed() -> Iterator[Sandbox]:
    """A sandbox with NumPy alone, for a fixture."""
    with Sandbox(("numpy",), ("numpy",)) as warm:
        warm.wait_until_ready()
        yield warm


@contextlib.contextmanager
def opened(sandbox: Sandbox, *, memory_mb: int = 256, **limits: int) -> Iterator[Session]:
    limits = {"processes": 16, "cpu_seconds": 100, **limits}
    session = Session(sandbox, Confinement(memory_mb=memory_mb, **limits))
    try:
        yield session
    finally:
        session.close()


def run(session: Session, source: str, seconds: float = PLENTY) -> str:
    """What a cell printed; it must not raise."""
    reply = session.run_cell(source, 1, seconds=seconds, limit=100_000)
    assert reply.raised is None, reply.raised
    return "".join(output[2] for output in reply.outputs).strip()


def call(session: Session, name: str, *arguments: Any, seconds: float = PLENTY) -> Any:
    reply = session.call(name, arguments, {}, seconds=seconds)
    assert reply.raised is None, reply.raised
    return reply.value
