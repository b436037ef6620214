"""What a grading pool and its checker processes say to each other; both sides are trusted."""

from __future__ import annotations

from typing import IO

import msgspec

from autograder.results import GradeResult

_HEADER_BYTES = 4


class Scope(msgspec.Struct, frozen=True):
    """What a proof asks of a grading, and no submission's grading ever does.

    Only these `questions` are judged, in this order (none means all); `until_lost` ends with the
    first check that does not pass; no call has more than `call_seconds` (0: the assignment's); and
    `calls` tells what was called.
    """

    questions: tuple[str, ...] = ()
    until_lost: bool = False
    call_seconds: float = 0.0
    calls: bool = False


WHOLE = Scope()


class Call(msgspec.Struct, frozen=True):
    """A call that a question's check made, and the answer as it crossed; empty where none did.

    `kept` says that the answer stayed inside, and only a handle to it crossed.
    """

    question: str
    name: str
    answer: bytes
    kept: bool
    seconds: float


class Job(msgspec.Struct, frozen=True):
    """One notebook to grade: its cells run once, its checks once under each secret seed.

    Without `keep_outputs` what the cells print and draw is not kept, and figures are not drawn.
    `cpus` are the only ones that the notebook may run on; none means any.
    """

    submission: str
    data: bytes
    seeds: tuple[bytes, ...]
    keep_outputs: bool = False
    cpus: tuple[int, ...] = ()
    scope: Scope = WHOLE


class Reply(msgspec.Struct, frozen=True):
    """A step of progress, or at last the results, or that the checker is ready for jobs."""

    progress: dict[str, object] | None = None
    results: tuple[GradeResult, ...] = ()
    calls: tuple[Call, ...] = ()
    ready: bool = False
    fatal: str = ""


def send(stream: IO[bytes], message: Job | Reply) -> None:
    """Write one message with its length before it."""
    body = msgspec.msgpack.encode(message)
    stream.write(len(body).to_bytes(_HEADER_BYTES, "little") + body)
    stream.flush()


def _body(stream: IO[bytes]) -> bytes:
    header = stream.read(_HEADER_BYTES)
    body = stream.read(int.from_bytes(header, "little")) if len(header) == _HEADER_BYTES else b""
    if not body:
        raise EOFError
    return body


def receive_job(stream: IO[bytes]) -> Job:
    """The next job; raises EOFError when the pool has closed the pipe."""
    return msgspec.msgpack.decode(_body(stream), type=Job)


def receive_reply(stream: IO[bytes]) -> Reply:
    """The next reply; raises EOFError when the checker is gone."""
    return msgspec.msgpack.decode(_body(stream), type=Reply)
