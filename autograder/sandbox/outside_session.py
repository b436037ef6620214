"""The trusted end of one submission's process: ask, wait within a limit, believe nothing.

Whatever comes back is data about the student. A silent, dead or garbled process ends the session
with `SessionEnded`, which says whether time, memory or the process itself was the reason; the
session counts as closed only when its keeper has reported the PID namespace empty.
"""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from . import wire
from .inside_confine import Confinement
from .outside_launch import Sandbox, SandboxError
from .outside_replies import CallReply, CellReply, read_call, read_cell

_READ = 2**20
_CLOSE_SECONDS = 30.0
# A function from inside calls one from outside, which may ask it back: no honest one goes deeper.
_DEEPEST = 4
Function = Callable[..., Any]


class SessionEnded(Exception):
    """The process is gone; `reason` is `timeout`, `memory` or `crashed`.

    `overflowed` where it was a segmentation fault, by which a stack that is used up ends.
    """

    def __init__(self, reason: str, detail: str = "", *, overflowed: bool = False) -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason = reason
        self.overflowed = overflowed


class Session:
    """One submission's process, from fork to proof of its end."""

    def __init__(self, sandbox: Sandbox, confinement: Confinement) -> None:
        self._student, self._keeper = sandbox.open(confinement)
        self._received = bytearray()
        self._sequence = 0
        self._report: dict[str, Any] | None = None
        self.peak_kb = 0

    def run_cell(self, source: str, number: int, *, seconds: float, limit: int) -> CellReply:
        """Run a cell for at most `seconds`; keep at most `limit` characters of output."""
        request = {"op": "cell", "source": source, "number": number, "limit": limit}
        return read_cell(self._ask(request, seconds, ()), limit)

    def call(
        self,
        name: str,
        positional: tuple[Any, ...],
        keywords: dict[str, Any],
        *,
        seconds: float,
        keep: bool = False,
        standing_in: Mapping[str, Function] = MappingProxyType({}),
    ) -> CallReply:
        """Call the student's function of that name with plain data, functions and generators.

        The functions that are `standing_in` take the place of the notebook's of those names.
        """
        callbacks: list[Function] = list(standing_in.values())
        arguments = wire.encode([list(positional), keywords], _outgoing(callbacks))
        request = {"op": "call", "name": name, "arguments": arguments, "keep": keep}
        request["standing_in"] = list(standing_in)
        return read_call(self._ask(request, seconds, tuple(callbacks)))

    def _ask(
        self, request: dict[str, Any], seconds: float, callbacks: tuple[Function, ...]
    ) -> dict[str, Any]:
        self._sequence += 1
        request["seq"] = self._sequence
        deadline = time.monotonic() + seconds
        try:
            reply = self._converse(request, deadline, callbacks)
        except SessionEnded as ended:
            raise self._why(ended) from None
        except (wire.WireError, OSError):
            raise self._why(SessionEnded("crashed")) from None
        sequence = reply.get("seq")
        # Exactly a number: an array would answer the comparison with an array.
        if type(sequence) is not int or sequence != self._sequence:
            raise self._why(SessionEnded("crashed"))
        return reply

    def _converse(
        self,
        message: dict[str, Any],
        deadline: float,
        callbacks: tuple[Function, ...],
        depth: int = 0,
    ) -> dict[str, Any]:
        """Send a message and answer what is asked back until the reply to it comes."""
        self._send(message, deadline)
        while "callback" in (reply := self._receive(deadline)):
            if depth > _DEEPEST:
                raise wire.WireError("callbacks within callbacks without end")

            def ask(held: wire.Handle, arguments: tuple[Any, ...]) -> Any:
                question = {"ask": held.number, "arguments": wire.encode(list(arguments))}
                try:
                    told = self._converse(question, deadline, callbacks, depth + 1)
                except (wire.WireError, OSError):
                    raise SessionEnded("crashed") from None
                if type(told.get("told")) is not bytes:
                    raise ValueError("the function that was passed gave no plain data")
                return wire.decode(told["told"])

            self._send(_answer_callback(reply, callbacks, ask), deadline)
        return reply

    def _send(self, message: dict[str, Any], deadline: float) -> None:
        body = wire.encode(message)
        self._student.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            self._student.sendall(wire.HEADER.pack(len(body)) + body)
        except TimeoutError:
            raise SessionEnded("timeout") from None

    def _receive(self, deadline: float) -> dict[str, Any]:
        (size,) = wire.HEADER.unpack(self._exactly(wire.HEADER.size, deadline))
        if size > wire.MAX_FRAME:
            raise wire.WireError(f"a frame of {size} bytes is over the limit")
        reply = wire.decode(self._exactly(size, deadline))
        if type(reply) is not dict:
            raise wire.WireError("a reply is not a dict")
        return reply

    def _exactly(self, size: int, deadline: float) -> bytes:
        # Asked first, so that a process that never stops sending runs out of time as well, even
        # one that has sent everything ahead.
        while (left := deadline - time.monotonic()) > 0 and len(self._received) < size:
            ready, _, _ = select.select([self._student, self._keeper], [], [], left)
            if self._student in ready:
                part = self._student.recv(_READ)
                if not part:
                    raise SessionEnded("crashed")
                self._received += part
            elif ready:
                raise SessionEnded("crashed")
        if left <= 0:
            raise SessionEnded("timeout")
        exactly = bytes(self._received[:size])
        del self._received[:size]
        return exactly

    def _why(self, ended: SessionEnded) -> SessionEnded:
        report = self.close()
        if report["reason"] == "memory":
            return SessionEnded("memory")
        if ended.reason == "timeout":
            return ended
        status = report["detail"]
        return SessionEnded(
            "crashed", f"exit status {status}", overflowed=status == str(-signal.SIGSEGV)
        )

    def close(self) -> dict[str, Any]:
        """End the process and all it started; returns the keeper's report of the empty namespace.

        Raises SandboxError when that proof does not come: nothing may then be concluded.
        """
        if self._report is not None:
            return self._report
        self._report = {"reason": "closed", "detail": "", "peak_kb": 0}
        with contextlib.suppress(OSError):
            self._keeper.shutdown(socket.SHUT_WR)
        self._student.close()
        self._keeper.settimeout(_CLOSE_SECONDS)
        try:
            self._report = wire.decode(self._keeper.recv(4096))
        except (OSError, wire.WireError):
            raise SandboxError("the keeper of a submission did not report its end") from None
        finally:
            self._keeper.close()
        if self._report["reason"] == "setup":
            raise SandboxError(f"a submission's confinement failed: {self._report['detail']}")
        self.peak_kb = self._report["peak_kb"]
        return self._report


def _outgoing(callbacks: list[Callable[..., Any]]) -> wire.Replace:
    def replace(value: Any) -> Any:
        if isinstance(value, np.random.Generator):
            words = value.integers(0, 2**63, size=4, dtype=np.int64)
            return wire.GeneratorSeed(tuple(int(word) for word in words))
        if callable(value):
            callbacks.append(value)
            return wire.Callback(len(callbacks) - 1)
        raise wire.WireError(f"an argument of type {type(value).__name__} is not plain data")

    return replace


Ask = Callable[[wire.Handle, tuple[Any, ...]], Any]


def _answer_callback(
    reply: dict[str, Any], callbacks: tuple[Function, ...], ask: Ask
) -> dict[str, Any]:
    number, arguments = reply["callback"], reply.get("arguments")
    if type(number) is not int or not 0 <= number < len(callbacks) or type(arguments) is not bytes:
        raise wire.WireError("a malformed callback")
    values = wire.decode(arguments, partial(_passed, ask))
    named = reply.get("keywords")
    keywords = wire.decode(named, partial(_passed, ask)) if type(named) is bytes else {}
    if type(values) is not list or type(keywords) is not dict:
        raise wire.WireError("a malformed callback")
    try:
        return {"value": wire.encode(callbacks[number](*values, **keywords))}
    except SessionEnded:
        raise
    except Exception as error:  # a student may call our function with anything; it sees the type
        complaint = f"the given function does not accept these arguments ({type(error).__name__})"
        return {"raised": complaint}


def _passed(ask: Ask, token: Any) -> Any:
    """What stays inside, passed to a function outside: it can be called there as well."""
    held = token.handle if isinstance(token, wire.HeldTuple) else token
    return (lambda *arguments: ask(held, arguments)) if type(held) is wire.Handle else token
