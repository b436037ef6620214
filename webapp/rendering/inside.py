"""The process that makes pages: it holds no secret, and each page is made by a fork of its own.

`python -m webapp.rendering.inside` reads what is asked from its input and writes what was made to
its output, each after its length in eight bytes. A fork can open no file and no connection, write
no file and start no process, and has so much memory and so many CPU seconds; what it knew is gone
with it. It runs no code of a student's: this is for what parsers may be made to do.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import struct
import sys
import time
from typing import IO

from webapp.rendering.asked import Failure, Made, decode_asked, encode
from webapp.rendering.inside_made import make

CPU_SECONDS, WALL_SECONDS = 4, 12.0
MEMORY = 768 * 2**20
MOST_BYTES = 64 * 2**20
_LENGTH = struct.Struct(">Q")
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
_SET_DEATH_SIGNAL, _NO_NEW_PRIVILEGES = 1, 38
_NOBODY = 65534
_WARM = "# a\n\n|a|b|\n|-|-|\n|$x^2$|`b`|\n\n$$\\frac{a}{b}$$\n\n<details>c</details>\n"


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """One message."""
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next message; None at the end, or for one that is longer than any."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length) if length <= MOST_BYTES else b""
    return data if len(data) == length else None


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Make one page after the other until the input ends."""
    while (frame := read_frame(asked)) is not None:
        write_frame(answers, made_apart(frame))


def made_apart(frame: bytes) -> bytes:
    """What a fork makes of it, or why it made nothing."""
    here, there = os.pipe()
    fork = os.fork()
    if fork == 0:
        _be_the_fork(frame, here, there)
    os.close(there)
    try:
        data, ended = _read(here)
    finally:
        os.close(here)
        if not ended_by_itself(fork):
            os.kill(fork, signal.SIGKILL)
        status = _status_of(fork)
    if ended and status == 0 and data:
        return data
    return encode(Made(failed=_failure(ended, status)))


def ended_by_itself(fork: int) -> bool:
    """Whether the fork is there no more, without taking its status."""
    found = os.waitid(os.P_PID, fork, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    return found is not None


def _status_of(fork: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])


def _read(here: int) -> tuple[bytes, bool]:
    """All that the fork wrote, and whether it came to its end in time and size."""
    found: list[bytes] = []
    size, until = 0, time.monotonic() + WALL_SECONDS
    while size <= MOST_BYTES:
        left = until - time.monotonic()
        if left <= 0 or not select.select([here], [], [], left)[0]:
            return b"", False
        part = os.read(here, 2**20)
        if not part:
            return b"".join(found), True
        found.append(part)
        size += len(part)
    return b"", False


def _failure(ended: bool, status: int) -> Failure:
    if not ended or status in (-signal.SIGXCPU, -signal.SIGKILL):
        return "time"
    return "memory" if status == _OUT_OF_MEMORY else "crash"


_OUT_OF_MEMORY = 77


def _be_the_fork(frame: bytes, here: int, there: int) -> None:
    """Never returns: nothing of what called it may run twice."""
    status = 1
    try:
        os.dup2(there, here)
        _confine(here)
        data = memoryview(encode(make(decode_asked(frame))))
        while data:
            data = data[os.write(here, data) :]
        status = 0
    except (MemoryError, RecursionError):
        status = _OUT_OF_MEMORY
    finally:
        os._exit(status)


def _confine(answer: int) -> None:
    """Keep one way out, and no means to make another."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.closerange(answer + 1, 256)
    libc = ctypes.CDLL(None, use_errno=True)
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    # Another user's process has none: it is cleared where the user changes.
    libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NOFILE, answer + 1),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _leave_the_network() -> None:
    """Where the kernel lets it: a fork can open no connection in any case."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_NETWORK) != 0:
        libc.unshare(_NEW_USER | _NEW_NETWORK)


def main() -> None:
    """Have everything imported and used once before the first fork, which can open no file."""
    from webapp.base.parent import end_with_parent
    from webapp.rendering.asked import Asked

    end_with_parent()
    _leave_the_network()
    make(Asked("review", _WARM.encode()))
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
