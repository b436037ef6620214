"""The boundary itself: what a submission's process can do, and what is left when it is gone."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from pathlib import Path

import pytest

from autograder.sandbox import wire
from autograder.sandbox.inside_confine import Confinement
from autograder.sandbox.outside_launch import Sandbox, SandboxError
from autograder.sandbox.outside_session import Session, SessionEnded
from tests.autograder.boundary import PLENTY, call, opened, run, warmed

PRIVATE = {"/home/student", "/tmp", "/dev/shm"}

sandbox = pytest.fixture(scope="module")(warmed)


def descendants(pid: int) -> set[int]:
    """The processes below this one, as the host sees them."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number, rest = path.read_text().rsplit(")", 1)[0], path.read_text().rsplit(")", 1)[1]
            parents[int(number.split(" ", 1)[0])] = int(rest.split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def test_a_submission_keeps_to_its_cpus(sandbox: Sandbox) -> None:
    allowed = sorted(os.sched_getaffinity(0))
    widen = f"import os, subprocess, sys\nall_of_them = {allowed}\n"
    widen += "try:\n    os.sched_setaffinity(0, all_of_them)\n    print('widened')\n"
    widen += "except PermissionError:\n    pass\n"
    look = "import os; print(sorted(os.sched_getaffinity(0)))"
    widen += f"{look}\nprint(subprocess.check_output([sys.executable, '-c', {look!r}], text=True))"
    session = Session(sandbox, Confinement(256, 16, 100, cpus=(allowed[0],)))
    try:
        assert run(session, widen).split("\n") == [f"[{allowed[0]}]", f"[{allowed[0]}]"]
    finally:
        session.close()


class Ahead:
    """A sandbox whose process has sent far more callbacks ahead than it was asked for."""

    def __init__(self, frames: int) -> None:
        callback = wire.encode({"callback": 0, "arguments": wire.encode([1.0])})
        self.sent = (wire.HEADER.pack(len(callback)) + callback) * frames

    def open(self, _: Confinement) -> tuple[socket.socket, socket.socket]:
        (ours, self.student), (keeper, self.keeper) = socket.socketpair(), socket.socketpair()
        self.student.sendall(self.sent)
        self.keeper.send(wire.encode({"reason": "closed", "detail": "", "peak_kb": 0}))
        return ours, keeper


def test_callbacks_sent_ahead_do_not_stretch_the_limit() -> None:
    answered: list[float] = []

    def slow(x: float) -> None:
        answered.append(x)
        time.sleep(0.01)

    sandbox = Ahead(frames=1000)
    session = Session(sandbox, Confinement(256, 16, 100))  # type: ignore[arg-type]
    with pytest.raises(SessionEnded) as ended:
        session.call("f", (slow,), {}, seconds=0.5)
    assert ended.value.reason == "timeout"
    assert 1 <= len(answered) < 500
    for end in (sandbox.student, sandbox.keeper):
        end.close()


def test_no_process_and_no_mount_survives_a_submission(sandbox: Sandbox) -> None:
    before = descendants(sandbox._process.pid)
    mounts = {pid: Path(f"/proc/{pid}/mountinfo").read_bytes() for pid in before}
    with opened(sandbox) as session:
        run(session, "import subprocess, os")
        run(session, "for _ in range(5): subprocess.Popen(['setsid', 'sleep', '4242'])")
        assert len(descendants(sandbox._process.pid)) >= len(before) + 5
    # The keeper itself ends right after its report.
    patience = time.monotonic() + 10
    while descendants(sandbox._process.pid) - before and time.monotonic() < patience:
        time.sleep(0.01)
    assert descendants(sandbox._process.pid) <= before
    for pid, text in mounts.items():
        assert Path(f"/proc/{pid}/mountinfo").read_bytes() == text


LEAVE = """
import builtins, numpy, os, socket, sys
for place in ("/tmp", "/dev/shm", "/home/student"):
    open(f"{place}/message", "w").write("leftover")
builtins.message = numpy.message = sys.modules["message"] = os.environ["MESSAGE"] = "leftover"
numpy.pi = 3
server = socket.socket(socket.AF_UNIX)
server.bind(chr(0) + "message")
"""
LOOK = """
import builtins, numpy, os, socket, sys
found = [place for place in ("/tmp", "/dev/shm", "/home/student") if os.listdir(place)]
found += [name for name in ("builtins", "numpy") if hasattr(sys.modules[name], "message")]
found += [name for name in os.environ if name == "MESSAGE"]
found += ["pi"] if numpy.pi == 3 else []
socket.socket(socket.AF_UNIX).bind(chr(0) + "message")
print(found)
"""


def test_nothing_of_one_submission_reaches_the_next(sandbox: Sandbox) -> None:
    with opened(sandbox) as first:
        run(first, LEAVE)
    with opened(sandbox) as second:
        assert run(second, LOOK) == "[]"


def test_only_private_folders_can_be_written(sandbox: Sandbox) -> None:
    source = """
import os, sys
places = {line.split()[4] for line in open("/proc/self/mountinfo")} | {*sys.path, "/", "/heldout"}
writable = set()
for place in places:
    try:
        open(f"{place}/x", "w").close()
        writable.add(place)
    except OSError:
        pass
print(*sorted(writable))
"""
    with opened(sandbox) as session:
        assert set(run(session, source).split()) <= PRIVATE


def test_a_submission_sees_itself_alone(sandbox: Sandbox) -> None:
    with opened(sandbox) as session:
        assert (
            run(session, "import os; print([n for n in os.listdir('/proc') if n.isdecimal()])")
            == "['1']"
        )
        assert run(session, "import os; print(os.listdir('/proc/self/fd'))").count("'") <= 12
        assert run(session, "import socket; print(socket.if_nameindex())") == "[(1, 'lo')]"
        assert "HELDOUT" not in run(session, "import os; print(dict(os.environ))")


@pytest.mark.parametrize("status", [0, 1, 70, 101, 125, 137, 255])
def test_no_exit_status_looks_like_a_fault_of_ours(sandbox: Sandbox, status: int) -> None:
    with opened(sandbox) as session, pytest.raises(SessionEnded) as ended:
        run(session, f"import os; os._exit({status})")
    assert ended.value.reason == "crashed"


def test_a_confinement_that_fails_is_a_fault_of_ours(sandbox: Sandbox) -> None:
    session = Session(sandbox, Confinement(memory_mb=256, processes=8, cpu_seconds=9, disk_mb=-1))
    with pytest.raises(SandboxError):
        session.run_cell("1", 1, seconds=PLENTY, limit=10)
    with opened(sandbox) as next_one:
        assert run(next_one, "print(1)") == "1"


def test_signals_to_its_own_group_do_not_reach_the_keeper(sandbox: Sandbox) -> None:
    with opened(sandbox) as session:
        run(session, "import os, signal\nfor n in (19, 20, 15, 1, 9): os.kill(0, n)")
        assert run(session, "print('alive')") == "alive"


FLOOD = """
import gc, socket, struct, msgspec
def flood(f):
    body = msgspec.msgpack.encode([2, "callback", 0, "arguments", msgspec.msgpack.encode([0])])
    channel = [found for found in gc.get_objects() if isinstance(found, socket.socket)][0]
    while True:
        channel.sendall((struct.pack("<I", len(body)) + body) * 500)
"""


def test_a_flood_of_valid_callbacks_runs_out_of_time(sandbox: Sandbox) -> None:
    with opened(sandbox) as session:
        run(session, FLOOD)
        with pytest.raises(SessionEnded) as ended:
            call(session, "flood", lambda: 1, seconds=1)
    assert ended.value.reason in ("timeout", "crashed")


def test_forged_output_is_capped_outside(sandbox: Sandbox) -> None:
    source = """
import gc
for found in gc.get_objects():
    if type(found).__name__ == "_Session":
        many = [["stdout", "text/plain", "x" * 100_000, False]] * 20
        found.answer = lambda request: {"outputs": many, "error": None, "seconds": 0.0}
"""
    with opened(sandbox) as session:
        session.run_cell(source, 1, seconds=PLENTY, limit=1000)
        reply = session.run_cell("1", 2, seconds=PLENTY, limit=1000)
    assert sum(len(output[2]) for output in reply.outputs) <= 1000
    assert reply.outputs[-1][3], "that something is missing is said"
