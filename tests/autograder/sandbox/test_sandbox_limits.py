"""The limits of a submission: what is used up is refused or ends it, and is recognised."""

from __future__ import annotations

import pytest

from autograder.sandbox.outside_launch import Sandbox
from autograder.sandbox.outside_session import SessionEnded
from tests.autograder.boundary import PLENTY, opened, run, warmed

sandbox = pytest.fixture(scope="module")(warmed)

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
