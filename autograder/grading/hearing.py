"""What a check calls and is answered, told to a proof that asks for it, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from autograder.grading.protocol import Call
from autograder.sandbox import wire
from autograder.sandbox.outside_replies import CallReply

_listener: ContextVar[Callable[[str, CallReply, float], None] | None] = ContextVar(
    "listener", default=None
)


@contextmanager
def heard(calls: list[Call], question: str) -> Iterator[None]:
    """Append to `calls` every call that returns meanwhile, as one of this question's."""

    def listen(name: str, reply: CallReply, seconds: float) -> None:
        kept = isinstance(reply.value, wire.Handle)
        calls.append(Call(question, name, b"" if kept else _answer(reply), kept, seconds))

    token = _listener.set(listen)
    try:
        yield
    finally:
        _listener.reset(token)


def _answer(reply: CallReply) -> bytes:
    try:
        return wire.encode(reply.value)
    except wire.WireError:
        return b""  # a handle lies somewhere inside


def note_call(name: str, reply: CallReply, seconds: float) -> None:
    """A function of the notebook answered."""
    listen = _listener.get()
    if listen is not None:
        listen(name, reply, seconds)
