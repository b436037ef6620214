"""Calls across the boundary: functions, generators, handles, and answers that are no answers."""

from __future__ import annotations

import dataclasses
import math
import socket
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from autograder.sandbox import wire
from autograder.sandbox.inside_confine import Confinement
from autograder.sandbox.outside_launch import Sandbox
from autograder.sandbox.outside_replies import CallReply
from autograder.sandbox.outside_session import Session, SessionEnded
from autograder.sandbox.wire import Handle
from tests.autograder.boundary import PLENTY, call, opened, run, warmed

sandbox = pytest.fixture(scope="module")(warmed)

FUNCTIONS = """
import numpy as np
class Model:
    def __init__(self, w): self.w = w
def fit(w): return Model(w)
def read(model): return model.w
def draw(rng): return rng.normal(size=3)
def twice(f, x): return f(f(x))
def spoil(x, params): params[0][0][...] = 0; return x
def shrink(params): params.pop(); return 1
def restore(x): x += 1; x -= 1; return x.sum()
def warn(x): return np.exp(x)
"""


@pytest.fixture(scope="module")
def functions(sandbox: Sandbox) -> Iterator[Session]:
    with opened(sandbox) as session:
        run(session, FUNCTIONS)
        yield session


def test_an_object_stays_inside_and_its_handle_can_be_passed(functions: Session) -> None:
    handle = call(functions, "fit", 7.5)
    assert isinstance(handle, Handle)
    assert handle.type_name == "Model"
    assert call(functions, "read", handle) == 7.5


def test_a_generator_travels_as_a_fresh_stream(functions: Session) -> None:
    rng = np.random.default_rng(1)
    first, second = call(functions, "draw", rng), call(functions, "draw", rng)
    again = call(functions, "draw", np.random.default_rng(1))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, again)


def test_a_function_is_called_back_outside(functions: Session) -> None:
    seen: list[float] = []

    def double(x: float) -> float:
        seen.append(x)
        return 2 * x

    assert call(functions, "twice", double, 3.0) == 12.0
    assert seen == [3.0, 6.0]


def test_a_callback_that_fails_is_an_exception_inside(functions: Session) -> None:
    reply = functions.call("twice", (lambda x: 1 / 0, 3.0), {}, seconds=PLENTY)
    assert reply.raised is not None
    assert "ZeroDivisionError" in reply.raised.message


def test_what_fails_outside_is_not_taken_for_a_lost_process(functions: Session) -> None:
    def broken(x: float) -> float:
        raise OSError("no room outside")

    reply = functions.call("twice", (broken, 3.0), {}, seconds=PLENTY)
    assert reply.raised is not None
    assert "OSError" in reply.raised.message
    assert "no room" not in reply.raised.message
    assert call(functions, "twice", lambda x: x, 3.0) == 3.0


def test_changed_arguments_are_named(functions: Session) -> None:
    params = [(np.ones((2, 2)), np.ones(2))]
    reply = functions.call("spoil", (1.0, params), {}, seconds=PLENTY)
    assert reply.changed == ("2",)
    assert functions.call("shrink", (), {"params": params}, seconds=PLENTY).changed == ("params",)
    assert functions.call("restore", (np.arange(3.0),), {}, seconds=PLENTY).changed == ()
    np.testing.assert_array_equal(params[0][0], np.ones((2, 2)))


def test_warnings_of_a_call_are_told(functions: Session) -> None:
    reply = functions.call("warn", (np.array([1e4]),), {}, seconds=PLENTY)
    assert reply.warnings[0][0] == "RuntimeWarning"
    assert functions.call("warn", (np.array([1.0]),), {}, seconds=PLENTY).warnings == ()


def test_a_missing_name_and_a_value_are_told_apart(functions: Session) -> None:
    assert functions.call("nowhere", (), {}, seconds=PLENTY).missing == "missing"
    run(functions, "number = 7")
    assert functions.call("number", (), {}, seconds=PLENTY).missing == "int"


ODD = [np.zeros(2), np.float64(1.5), math.nan, True, None, "1", b"1", [1], (), {"a": [[]]}, 10**300]
FIELDS = ("seq", "seconds", "outputs", "error", "missing", "raised", "value", "unsendable")


class Answers:
    """A sandbox whose process has answered already, with this."""

    def __init__(self, **reply: Any) -> None:
        body = wire.encode({"seq": 1, **reply})
        self.sent = wire.HEADER.pack(len(body)) + body

    def open(self, _: Confinement) -> tuple[socket.socket, socket.socket]:
        (ours, self.student), (keeper, self.keeper) = socket.socketpair(), socket.socketpair()
        self.student.sendall(self.sent)
        self.keeper.send(wire.encode({"reason": "closed", "detail": "", "peak_kb": 0}))
        return ours, keeper


@pytest.mark.parametrize("field", [*FIELDS, "changed", "warnings", "callback", "arguments"])
def test_an_answer_of_odd_types_is_data_about_the_student(field: str) -> None:
    ask: list[Callable[[Session], Any]] = [
        lambda session: session.run_cell("1", 1, seconds=PLENTY, limit=100),
        lambda session: session.call("f", (abs,), {}, seconds=PLENTY),
    ]
    lists = [ODD, [ODD[:2], ["a", *ODD[:3]]], [[value, "a"] for value in ODD]]
    for value in [*ODD, *lists, dict.fromkeys(("type", "message", "memory"), ODD[0])]:
        for request in ask:
            sandbox = Answers(**{"value": wire.encode(1), field: value})
            try:
                reply = request(Session(sandbox, Confinement(256, 16, 100)))  # type: ignore[arg-type]
            except SessionEnded as ended:
                assert ended.reason == "crashed"  # noqa: PT017 - most answers are not refused
            else:
                # Exact builtins alone can be sent on to the pool.
                msgspec.msgpack.encode(dataclasses.replace(reply, **_without_value(reply)))
            sandbox.student.close()
            sandbox.keeper.close()


def _without_value(reply: Any) -> dict[str, Any]:
    return {"value": None} if isinstance(reply, CallReply) else {}
