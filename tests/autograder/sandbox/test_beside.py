"""A hog and an innocent, beside and after each other: neither lacks or sees what the other has."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest

from autograder.sandbox.inside_confine import NOBODY
from autograder.sandbox.outside_launch import Sandbox, own_user
from autograder.sandbox.outside_session import Session, SessionEnded
from tests.autograder.boundary import PLENTY, opened, run, warmed

sandbox = pytest.fixture(scope="module")(warmed)
other = pytest.fixture(scope="module")(warmed)

# What all processes of a machine share by its nature, and what a hog cannot be kept from moving:
# the time, the load, free memory. The page on the boundary says so.
SHARED = {"uptime", "loadavg", "meminfo", "cpuinfo", "sys/kernel/random/uuid"}
LOOK = """
import json, os
def look():
    seen = {}
    for folder, folders, files in os.walk("/proc"):
        folders[:] = [name for name in folders if not name.isdecimal() and name not in (
            "self", "thread-self", "irq", "driver", "acpi", "bus", "scsi", "tty")]
        for name in files:
            path = os.path.join(folder, name)
            try:
                with open(path, "rb") as file:
                    seen[path[6:]] = hash(file.read(200_000))
            except OSError:
                pass
    return seen
print(json.dumps(look()))
"""
# Each uses something up until it is refused, and keeps it while it sleeps.
HOGS = {
    "datagrams": """
import socket
a, b = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
b.bind(("127.0.0.1", 0))
for _ in range(3000): a.sendto(b"x", b.getsockname())
""",
    "descriptors in flight": """
import socket, os
kept, null = [], os.open("/dev/null", 0)
try:
    while True:
        a, b = socket.socketpair()
        kept += [a, b]
        for _ in range(4): socket.send_fds(a, [b"x"], [null] * 60)
except OSError as error:
    print(error)
""",
    "pipes": """
import fcntl, os
kept = []
try:
    while True:
        kept.append(os.pipe())
        with __import__("contextlib").suppress(PermissionError):
            fcntl.fcntl(kept[-1][1], fcntl.F_SETPIPE_SZ, 1 << 20)
except OSError as error:
    print(error)
""",
    "waiting signals": """
import ctypes, os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGRTMIN})
libc = ctypes.CDLL(None)
n = 0
while n < 200_000 and libc.sigqueue(os.getpid(), int(signal.SIGRTMIN), None) == 0: n += 1
print(n)
""",
    "watched files": """
import os, select
kept, files = [], [os.pipe()[0] for _ in range(60)]
try:
    while True:
        kept.append(select.epoll())
        for file in files: kept[-1].register(file)
except OSError as error:
    print(error)
""",
    "processes": """
import os, time
try:
    while True:
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)
except OSError as error:
    print(error)
""",
    "locks": """
import fcntl
kept = [open(f"/tmp/{n}", "w") for n in range(100)]
for file in kept: fcntl.flock(file, fcntl.LOCK_EX); fcntl.lockf(file, fcntl.LOCK_EX)
""",
}
# What an innocent notebook needs, of each kind.
NEEDS = """
import fcntl, os, select, signal, socket, subprocess
null = os.open("/dev/null", 0)
a, b = socket.socketpair()
socket.send_fds(a, [b"x"], [null] * 60)
assert len(socket.recv_fds(b, 10, 60)[1]) == 60
for _ in range(20):
    reader, writer = os.pipe()
    assert fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ) == 65536
    poll = select.epoll()
    poll.register(reader)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGRTMIN})
import ctypes
for _ in range(100): assert ctypes.CDLL(None).sigqueue(os.getpid(), int(signal.SIGRTMIN), None) == 0
assert subprocess.run(["/bin/true"]).returncode == 0
print("served")
"""


def seen(session: Session) -> dict[str, int]:
    return json.loads(run(session, LOOK))


@contextlib.contextmanager
def hogging(sandbox: Sandbox, name: str) -> Iterator[None]:
    with opened(sandbox) as session:
        with contextlib.suppress(SessionEnded):
            session.run_cell(HOGS[name], 1, seconds=PLENTY, limit=1000)
        yield


def moved(before: dict[str, int], after: dict[str, int]) -> set[str]:
    names = {name for name in before | after if before.get(name) != after.get(name)}
    return {name for name in names if name not in SHARED and "random" not in name}


@pytest.mark.parametrize("name", HOGS)
def test_no_count_of_the_kernel_tells_of_a_hog(sandbox: Sandbox, other: Sandbox, name: str) -> None:
    """Two quiet looks differ by what the machine does by itself; a hog moves nothing else."""
    told = []
    for _ in range(2):  # what moves by others' doing does not move each time
        with opened(sandbox) as innocent:
            quiet = [seen(innocent) for _ in range(3)]
            noise = moved(quiet[0], quiet[1]) | moved(quiet[1], quiet[2])
            with hogging(other, name):
                beside = moved(quiet[2], seen(innocent))
        with opened(other) as successor, opened(sandbox) as innocent:
            after = moved(seen(innocent), seen(successor)) - {"self", "mounts"}
        told.append((beside | after) - noise)
    assert told[0] & told[1] == set()


@pytest.mark.skipif(own_user() == NOBODY, reason="an ordinary user's submissions share their user")
@pytest.mark.parametrize("name", HOGS)
def test_what_a_hog_uses_up_nobody_else_lacks(sandbox: Sandbox, other: Sandbox, name: str) -> None:
    with hogging(other, name), opened(sandbox) as innocent:
        assert run(innocent, NEEDS) == "served"
    with opened(other) as successor:
        assert run(successor, NEEDS) == "served"


FILL = """
import os, socket, time
def fill(keep):
    held = []
    try:
        while True:
            pair = {make}
            pair[0].setblocking(False)
            try:
                while True: pair[0].send(b"x" * 65536)
            except BlockingIOError: pass
            held.append(pair if keep else pair[1])
    except OSError: pass
    time.sleep(60)
for _ in range(7):
    if os.fork() == 0: fill({keep})
fill({keep})
"""
LOCAL = "socket.socketpair()"
TCP = """(lambda s: (socket.create_connection(s.getsockname()), s.accept()[0]))(
                socket.create_server(("127.0.0.1", 0)))"""


@pytest.mark.parametrize(("make", "keep"), [(LOCAL, True), (LOCAL, False), (TCP, True)])
def test_memory_in_sockets_counts(sandbox: Sandbox, make: str, keep: bool) -> None:
    with opened(sandbox, memory_mb=128) as session, pytest.raises(SessionEnded) as ended:
        session.run_cell(FILL.format(make=make, keep=keep), 1, seconds=PLENTY, limit=100)
    assert ended.value.reason == "memory"


def test_sockets_whose_memory_cannot_be_counted_are_refused(sandbox: Sandbox) -> None:
    source = """
import socket
def may(make, *kind):
    try:
        found = make(*kind)
    except OSError:
        return False
    for each in found if isinstance(found, tuple) else (found,): each.close()
    return True
print([may(socket.socket, *kind) for kind in (
    (1, 1), (1, 5), (2, 1), (2, 2), (10, 1, 6), (16, 3, 0),
    (1, 2), (1, 3), (2, 1, 262), (2, 2, 1), (2, 5), (2, 6), (10, 5), (16, 3, 2), (40, 1))])
print([may(socket.socketpair, 1, kind) for kind in (1, 5, 2, 3)])
"""
    with opened(sandbox) as session:
        told = run(session, source).splitlines()
    assert told == [str([True] * 6 + [False] * 9), str([True, True, False, False])]
