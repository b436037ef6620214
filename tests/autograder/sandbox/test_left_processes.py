"""Nothing of ours outlives what started it, at whatever stage and however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.outside_launch import Sandbox
from tests.autograder.boundary import PLENTY
from tests.autograder.uploads import cell, upload

ROOT = Path(__file__).parents[3]
# Told apart from other sandboxes of this host by a data file of that name in bubblewrap's words.
HOLDER = """
import sys, time
from pathlib import Path
from autograder.sandbox.inside_confine import Confinement
from autograder.sandbox.outside_launch import Sandbox
from autograder.sandbox.outside_session import Session
mark, stage = sys.argv[1:]
sandbox = Sandbox(("numpy",), files={Path(mark).name: Path(mark)})
if stage != "starting":
    sandbox.wait_until_ready()
if stage == "computing":
    session = Session(sandbox, Confinement(memory_mb=256, processes=8, cpu_seconds=100))
    print("ready", flush=True)
    session.run_cell("import os\\nos.fork()\\nwhile True: pass", 1, seconds=100, limit=10)
print("ready", flush=True)
time.sleep(100)
"""
POOL = """
import sys
from pathlib import Path
from autograder.assignment import load_assignment
from autograder.grading import GradingPool
assignment = load_assignment(Path(sys.argv[1]))
data = Path(sys.argv[2]).read_bytes()
with GradingPool(assignments=assignment.folder.parent) as pool:
    pool.grade(assignment, data)
"""


def processes() -> dict[int, tuple[int, bytes]]:
    """Process -> its parent and its command line, of all that live."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            state, parent = (entry / "stat").read_bytes().rpartition(b")")[2].split()[:2]
            if state != b"Z":
                found[int(entry.name)] = (int(parent), (entry / "cmdline").read_bytes())
        except OSError:
            continue
    return found


def marked(mark: str) -> set[int]:
    """The processes that have the mark among their words, and all that come from them."""
    living = processes()
    known = {process for process, (_, words) in living.items() if mark.encode() in words}
    return descendants(known, living)


def descendants(known: set[int], living: dict[int, tuple[int, bytes]]) -> set[int]:
    """The processes and all that they started."""
    while more := {p for p, (parent, _) in living.items() if parent in known} - known:
        known = known | more
    return known


def gone(known: set[int], mark: str | None = None) -> bool:
    """Whether none of them is left soon, nor any with the mark."""
    deadline = time.monotonic() + PLENTY
    while known & processes().keys() or (mark and marked(mark)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / f"mark-{uuid.uuid4().hex}"
    path.touch()
    yield path
    for process in marked(path.name):
        os.kill(process, signal.SIGKILL)


def started(program: str, *words: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)


@pytest.mark.parametrize("wait", [0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.2])
def test_a_sandbox_that_is_closed_while_it_starts_leaves_nothing(mark: Path, wait: float) -> None:
    with Sandbox(("numpy",), files={mark.name: mark}):
        time.sleep(wait)
        known = marked(mark.name)
    assert gone(known, mark.name)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("stage", ["starting", "waiting", "computing"])
def test_a_sandbox_ends_with_who_holds_it(mark: Path, stage: str, how: signal.Signals) -> None:
    with started(HOLDER, str(mark), stage) as holder:
        if stage == "starting":
            while not (known := marked(mark.name) - {holder.pid}):
                assert holder.poll() is None
                time.sleep(0.001)
        else:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"ready\n"
            known = marked(mark.name)
            assert len(known) > 3, "the holder, bubblewrap twice and the warm interpreter"
        holder.send_signal(how)
    assert gone(known, mark.name)


def test_killing_any_one_process_of_a_sandbox_leaves_nothing_once_it_is_closed(mark: Path) -> None:
    for place in range(3):
        sandbox = Sandbox(("numpy",), files={mark.name: mark})
        sandbox.wait_until_ready()
        known = sorted(marked(mark.name))
        assert len(known) == 3, "bubblewrap outside, the first process inside, the interpreter"
        os.kill(known[place], signal.SIGKILL)
        sandbox.close()
        assert gone(set(known), mark.name), place


CHECKS = """
from autograder.checks import question

@question("double", points=2)
def test_double(student):
    student.double(1.0)

@question("halve", points=1)
def test_halve(student):
    student.halve(1.0)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_checkers_and_sandboxes_end_with_a_pool_that_is_killed_while_it_grades(
    author: Any, tmp_path: Path, how: signal.Signals
) -> None:
    assignment = author(CHECKS)
    endless = tmp_path / "endless.ipynb"
    endless.write_bytes(upload(cell("while True: pass")))
    with started(POOL, str(assignment.folder), str(endless)) as pool:
        # The pool, the checker, bubblewrap twice, the interpreter, the keeper and the notebook.
        while len(known := descended(pool.pid)) < 7:
            assert pool.poll() is None
            time.sleep(0.02)
        pool.send_signal(how)
    assert gone(known)


def descended(process: int) -> set[int]:
    return descendants({process}, processes())
