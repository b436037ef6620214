"""One submission's process: it runs cells and calls functions, and answers with plain data.

Nothing here is trusted by the outside: whatever arrives there is data about the student. This side
only has to be convenient for honest notebooks.
"""

from __future__ import annotations

import os
import socket
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from . import wire
from .inside_output import Sink
from .inside_shell import Shell
from .inside_torch import is_tensor, numpy_of

_MAX_WARNINGS = 20
_MISSING = object()


def serve(channel: socket.socket, shell: Shell) -> None:
    """Answer requests until the channel closes."""
    session = _Session(channel, shell)
    shell.enter()
    while True:
        try:
            request = session.receive()
        except EOFError:
            return
        answer = session.answer(request)
        if os.getpid() != session.process:
            os._exit(0)  # a fork that student code left running must not answer as well
        try:
            session.send({**answer, "seq": request["seq"]})
        except wire.WireError as error:
            session.send({"unsendable": str(error), "seq": request["seq"]})


class _Session:
    def __init__(self, channel: socket.socket, shell: Shell) -> None:
        self.channel = channel
        self.shell = shell
        self.objects: dict[int, Any] = {}
        # A handle of another process of this notebook must not name something here.
        self.first = int.from_bytes(os.urandom(5), "little")
        self.process = os.getpid()
        self.failed: Exception | None = None

    def receive(self) -> dict[str, Any]:
        (size,) = wire.HEADER.unpack(self._exactly(wire.HEADER.size))
        return wire.decode(self._exactly(size))

    def _exactly(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            part = self.channel.recv(min(2**20, size - len(parts)))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    def send(self, message: dict[str, Any]) -> None:
        body = wire.encode(message)
        self.channel.sendall(wire.HEADER.pack(len(body)) + body)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["op"] == "cell":
            return self._run_cell(request)
        return self._call(request)

    def _run_cell(self, request: dict[str, Any]) -> dict[str, Any]:
        started = time.perf_counter()
        found = self.shell.run(request["source"], request["number"], request["limit"])
        return {
            **found,
            "outputs": self.shell.transcript.items,
            "seconds": time.perf_counter() - started,
        }

    def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        self.shell.names.forget()
        for number, name in enumerate(request["standing_in"]):
            self.shell.user_ns[name] = _callback(self, number)
        function = self.shell.user_ns.get(request["name"], _MISSING)
        if function is _MISSING:
            return {"missing": "missing", "why": self.shell.lacking.why(request["name"])}
        if not callable(function):
            return {"missing": type(function).__name__}
        try:
            arguments = _Arguments(self, request["arguments"])
        except LookupError as error:
            return {"raised": self.shell.described(error)}
        quiet = _Quiet()
        with warnings.catch_warnings(record=True) as caught, np.errstate(**_DEFAULT_ERRORS), quiet:
            warnings.simplefilter("always")
            try:
                value = function(*arguments.positional, **arguments.keywords)
            except BaseException as error:
                return {"raised": self.shell.described(error)}
        changed = arguments.changed()
        return {
            **self._result(value, request["keep"]),
            "changed": changed,
            "warnings": _told(caught),
        }

    def asked(self, question: dict[str, Any]) -> dict[str, Any]:
        """Call a function that was passed to one outside, which asks for it now."""
        try:
            value = self.objects[question["ask"]](*wire.decode(question["arguments"]))
            return {"told": wire.encode(value, self.plain)}
        except Exception as error:
            self.failed = error
            return {"told": None}

    def _result(self, value: Any, keep: bool) -> dict[str, Any]:
        try:
            return {"value": wire.encode(self.keep(value) if keep else value, self.plain)}
        except wire.WireError as error:
            return {"unsendable": str(error)[:200]}
        except Exception as error:  # a student's class can raise anything when it is read
            return {"raised": self.shell.described(error)}

    def plain(self, value: Any) -> Any:
        """Turn a student's object into plain data where that is its obvious meaning."""
        kind: Any
        if isinstance(value, np.ndarray):
            return np.asarray(value).view(np.ndarray) if value.dtype != object else self.keep(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return wire.HeldTuple.of(self.keep(value), value)
        for kind in (float, int, str, complex, list, tuple, dict, bytes):
            if isinstance(value, kind):
                return kind(value)
        if is_tensor(value):
            return numpy_of(value)
        return self.keep(value)

    def held(self, handle: wire.Handle) -> Any:
        """The object that this handle was given for."""
        if handle.number not in self.objects:
            raise LookupError("what this was given ended with the process that held it")
        return self.objects[handle.number]

    def keep(self, value: Any) -> wire.Handle:
        """Hold an object here and give the outside a number for it."""
        number = self.first + len(self.objects)
        self.objects[number] = value
        return wire.Handle(number, type(value).__name__)


class _Arguments:
    """Decoded arguments, which can tell afterwards whether the function changed them."""

    def __init__(self, session: _Session, body: bytes) -> None:
        self.session = session
        self.body = body
        self.tokens: dict[int, Any] = {}
        self.parts = wire.decode(body, self._restore)
        self.positional, self.keywords = self.parts

    def _restore(self, token: Any) -> Any:
        if isinstance(token, wire.Handle):
            value = self.session.held(token)
        elif isinstance(token, wire.HeldTuple):
            value = self.session.held(token.handle)
        elif isinstance(token, wire.GeneratorSeed):
            value = np.random.default_rng(list(token.words))
        else:
            value = _callback(self.session, token.number)
        self.tokens[id(value)] = token
        return value

    def _token(self, value: Any) -> Any:
        token = self.tokens.get(id(value))
        if token is None:
            raise wire.WireError("an argument now holds something else")
        return token

    def changed(self) -> list[str]:
        """The names or positions of the arguments that are no longer what they were."""
        try:
            if wire.encode(self.parts, self._token) == self.body:
                return []
        except wire.WireError:
            pass
        before = wire.decode(self.body)
        pairs = [
            (str(place + 1), *pair)
            for place, pair in enumerate(zip(before[0], self.positional, strict=True))
        ]
        pairs += [(key, value, self.keywords.get(key)) for key, value in before[1].items()]
        return [name for name, old, new in pairs if not self._same(old, new)]

    def _same(self, old: Any, new: Any) -> bool:
        if isinstance(old, wire.Handle) and new is self.session.objects.get(old.number):
            return True  # what stays inside is the student's own, even where it is plain data
        try:
            return wire.encode(old) == wire.encode(new, self._token)
        except wire.WireError:
            return False


def _callback(session: _Session, number: int) -> Callable[..., Any]:
    def function(*arguments: Any, **keywords: Any) -> Any:
        message = {"callback": number, "arguments": wire.encode(list(arguments), session.plain)}
        if keywords:
            message["keywords"] = wire.encode(keywords, session.plain)
        session.send(message)
        while "ask" in (reply := session.receive()):
            session.send(session.asked(reply))
        if "raised" in reply:
            # What the student's own function raised says more than that it was called.
            failed, session.failed = session.failed, None
            raise failed or ValueError(reply["raised"])
        return wire.decode(reply["value"])

    return function


class _Quiet:
    """Drop what a called function prints: nobody reads it, and it may be a lot."""

    def __enter__(self) -> None:
        self.saved = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Sink(1), Sink(2)

    def __exit__(self, *exception: object) -> None:
        sys.stdout, sys.stderr = self.saved


_DEFAULT_ERRORS: Any = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


def _told(caught: list[warnings.WarningMessage]) -> list[list[str]]:
    return [
        [item.category.__name__, str(item.message)[:200]]
        for item in caught[:_MAX_WARNINGS]
        if issubclass(item.category, RuntimeWarning)
    ]
