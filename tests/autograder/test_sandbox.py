"""The boundary itself: what a submission's process can do, and what is left when it is gone."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.sandbox import wire
from autograder.sandbox.inside_confine import Confinement
from autograder.sandbox.outside_launch import Sandbox, SandboxError
from autograder.sandbox.outside_session import Session, SessionEnded
from autograder.sandbox.wire import Handle

PLENTY = 60.0
PRIVATE = {"/home/student", "/tmp", "/dev/shm"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
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


UNTIL_REFUSED = """
n, kept = 0, []
try:
    while True:
        {what}
        n += 1
except OSError:
    pass
"""


def test_processes_descriptors_and_files_are_limited(sandbox: Sandbox) -> None:
    children = """
import os, time
made = 0
try:
    while made < 100:
        if os.fork() == 0:
            time.sleep(100)
        made += 1
except OSError:
    print(made)
"""
    with opened(sandbox, processes=8) as session:
        assert int(run(session, children)) < 8
    with opened(sandbox, files=50, disk_mb=2) as session:
        run(session, UNTIL_REFUSED.format(what="kept.append(open('/dev/null'))"))
        assert int(run(session, "print(n); kept.clear()")) < 256
        run(session, UNTIL_REFUSED.format(what="open(f'/tmp/{n}', 'w').close()"))
        assert int(run(session, "print(n)")) <= 50
        with pytest.raises(AssertionError, match="OSError"):
            run(session, "open('/dev/shm/big', 'wb').write(bytes(3 * 2**20))")


MEMORY = {
    "by one process": "k = []\nwhile True: k.append(np.ones(2**17))",
    "by children": "import os, time\nfor n in range(4):\n    if os.fork() == 0:\n"
    "        k = np.ones(2**24)\n        time.sleep(90)\ntime.sleep(90)",
}


@pytest.mark.parametrize("source", MEMORY.values(), ids=MEMORY.keys())
def test_too_much_memory_is_recognised(sandbox: Sandbox, source: str) -> None:
    with opened(sandbox, memory_mb=200) as session:
        run(session, "import numpy as np")
        reason = ""
        try:
            reply = session.run_cell(source, 2, seconds=PLENTY, limit=100)
            reason = "memory" if reply.raised and reply.raised.memory else "not noticed"
        except SessionEnded as ended:
            reason = ended.reason
    assert reason == "memory"


def test_memory_that_forks_share_counts_once(sandbox: Sandbox) -> None:
    source = """
import os, time, numpy as np
kept = np.ones(10 * 2**20)
children = []
for _ in range(5):
    child = os.fork()
    if child == 0:
        time.sleep(1)
        os._exit(0)
    children.append(child)
for child in children: os.waitpid(child, 0)
print("done")
"""
    with opened(sandbox, memory_mb=200) as session:
        assert run(session, source) == "done"


@pytest.mark.parametrize(
    "source", ["while True: pass", "import time; time.sleep(999)", "!sleep 999"]
)
def test_a_cell_that_does_not_end_is_stopped(sandbox: Sandbox, source: str) -> None:
    with opened(sandbox) as session, pytest.raises(SessionEnded) as ended:
        run(session, source, seconds=1)
    assert ended.value.reason == "timeout"


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
