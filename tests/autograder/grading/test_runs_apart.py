"""Between runs of a notebook nothing travels: each channel works inside a run and ends with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from autograder.assignment import Limits
from autograder.grading.execution import Execution
from autograder.sandbox.outside_launch import Sandbox
from autograder.submitted.notebook import parse_notebook
from tests.autograder.boundary import opened, run, warmed
from tests.autograder.grading.channels import CHANNELS, cell_of
from tests.autograder.uploads import cell, upload

SECRET = 4711
PLENTY = 60.0

sandbox = pytest.fixture(scope="module")(warmed)


@pytest.fixture
def execute(sandbox: Sandbox) -> Iterator[Any]:
    running: list[Execution] = []

    def start(source: str) -> Execution:
        notebook = parse_notebook(upload(cell(source)))
        running.append(Execution(sandbox, notebook, Limits(memory_mb=256)))
        running[-1].run_cells()
        return running[-1]

    yield start
    for execution in running:
        execution.close()


def value(execution: Execution, name: str, *arguments: Any) -> Any:
    reply = execution.call(name, arguments, {}, seconds=PLENTY)
    assert reply.raised is None, reply.raised
    assert not reply.missing, execution.cells
    return reply.value


@pytest.mark.parametrize("name", CHANNELS)
def test_what_one_run_was_told_does_not_reach_the_next(execute: Any, name: str) -> None:
    execution = execute(cell_of(name, SECRET))
    value(execution, "leave", SECRET)
    assert value(execution, "find") == SECRET, "a channel that does not work proves nothing"
    with execution.fresh_run():
        value(execution, "leave", SECRET)
    assert value(execution, "find") is None
    with execution.fresh_run():
        value(execution, "leave", SECRET)
    with execution.fresh_run():
        assert value(execution, "find") is None
    assert execution.restarts == 0


CALLS = {
    "System V memory": (29, 4711, 4096, 0o1666),
    "System V semaphores": (64, 4711, 1, 0o1666),
    "System V queues": (68, 4711, 0o1666),
    "POSIX queues": (240, b"message", 0o102, 0o666, 0),
    "memory without a file": (319, b"m", 0),
    "keys": (248, b"user", b"k", b"v", 1, -2),
    "inotify_init": (253,),
    "inotify_init1": (294, 0),
    "fanotify_init": (300, 0, 0),
    "mincore": (27, 0, 0, 0),
    "cachestat": (451, 0, 0, 0, 0),
    "preadv2 without waiting": (327, 0, 0, 0, 0, 0, 8),
    "fadvise64": (221, 0, 0, 0, 4),
}
COUNTERS = ("stat", "vmstat", "interrupts", "softirqs", "sys/fs/dentry-state", "sys/fs/inode-nr")
REFUSED = f"""
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
refusals = (errno.EPERM, errno.EMFILE, errno.ENOSPC, errno.ENOSYS)
found = [name for name, words in {CALLS}.items()
         if libc.syscall(*words) != -1 or ctypes.get_errno() not in refusals]
found += [name for name in {COUNTERS} if os.path.exists("/proc/" + name)
          and open("/proc/" + name).read()]
print(found)
"""


@pytest.mark.skipif("platform.machine() != 'x86_64'", reason="numbers of system calls")
def test_what_outlives_a_process_is_refused_or_covered(sandbox: Sandbox) -> None:
    with opened(sandbox) as session:
        assert run(session, REFUSED) == "[]"


def test_a_file_of_the_cells_is_there_in_each_run(execute: Any) -> None:
    source = "open('own.txt', 'w').write('7')\ndef read():\n    return int(open('own.txt').read())"
    execution = execute(source)
    assert value(execution, "read") == 7
    with execution.fresh_run():
        assert value(execution, "read") == 7
