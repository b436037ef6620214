"""Where the time of a submission goes: the checker itself, with its steps timed from outside.

`python -m tests.bench.profile FOLDER NOTEBOOKS` runs the checker's own code in this process over
the notebooks of a folder, and writes milliseconds per submission as JSON. The steps are wrapped
here, so the product carries no instrumentation.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from autograder.assignment import Assignment, load_assignment

PARSE = "parse the notebook"
FORK = "fork and confine"
CELLS = "the cells themselves"
CARRY = "carry cells in, outputs out"
CALLS = "calls into the sandbox"
CHECKS = "the checks' own work"
PYTEST = "pytest around the checks"
CLOSE = "close, prove the end"
WRITE = "write the result"
REST = "the rest"
STEPS = (PARSE, FORK, CELLS, CARRY, CALLS, CHECKS, PYTEST, CLOSE, WRITE, REST)


def profile(assignment: Assignment, notebooks: Path) -> dict[str, dict[str, float]]:
    """Milliseconds per submission of each step, without and with figures drawn."""
    words = [sys.executable, "-m", "tests.bench.profile", str(assignment.folder), str(notebooks)]
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    environment = {**os.environ, **single, **alone}
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True, env=environment)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


class Stopwatch:
    """Adds up the time inside wrapped functions by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def wrap(self, owner: Any, name: str, step: str) -> None:
        """Replace a function of a module or class by one that adds its time to `step`."""
        setattr(owner, name, self.timed(getattr(owner, name), step))

    def timed(self, function: Callable[..., Any], step: str) -> Callable[..., Any]:
        """The same function, timed."""

        @functools.wraps(function)
        def wrapper(*positional: Any, **keywords: Any) -> Any:
            started = time.perf_counter()
            try:
                return function(*positional, **keywords)
            finally:
                self.seconds[step] += time.perf_counter() - started

        return wrapper

    def wrap_cells(self, session: Any) -> None:
        """A cell's own time is what the inside says; before the first, the fork is waited for."""
        run_cell = session.run_cell

        @functools.wraps(run_cell)
        def wrapper(self_: Any, source: str, number: int, **keywords: Any) -> Any:
            started = time.perf_counter()
            reply = run_cell(self_, source, number, **keywords)
            around = time.perf_counter() - started - reply.seconds
            self.seconds[CELLS] += reply.seconds
            self.seconds[FORK if number == 1 else CARRY] += around
            return reply

        session.run_cell = wrapper

    def shares(self, total: float) -> dict[str, float]:
        """Seconds by step without what an inner step has counted already."""
        found = {step: self.seconds[step] for step in STEPS}
        found[PYTEST] -= self.seconds[CHECKS]
        found[CHECKS] -= self.seconds[CALLS]
        found[REST] = total - sum(found[step] for step in STEPS if step != REST)
        return found


def _measure(folder: Path, notebooks: Sequence[Path]) -> dict[str, dict[str, float]]:
    from autograder.grading import checker, plugin
    from autograder.sandbox.outside_launch import Sandbox

    assignment, watch = load_assignment(folder), Stopwatch()
    found: dict[str, dict[str, float]] = {}

    def loop(checks: plugin.CheckPlugin) -> None:
        warm, files = checker.warm_modules(assignment), assignment.data_files()
        with Sandbox(assignment.packages, warm, files=files) as sandbox:
            judge = checker.Checker(assignment, checks, sandbox)
            _grade(judge, notebooks[:2], keep_outputs=False)
            _wrap(watch, checks)
            write = watch.timed(_write, WRITE)
            for name, keep_outputs in (("not drawn", False), ("figures drawn", True)):
                watch.seconds.clear()
                started = time.perf_counter()
                _grade(judge, notebooks, keep_outputs=keep_outputs, write=write)
                shares = watch.shares(time.perf_counter() - started)
                found[name] = {step: 1000 * shares[step] / len(notebooks) for step in STEPS}

    plugin.run_session(assignment, loop)
    return found


def _wrap(watch: Stopwatch, checks: Any) -> None:
    from autograder.grading import checker, plugin
    from autograder.grading.execution import Execution
    from autograder.sandbox.outside_launch import Sandbox
    from autograder.sandbox.outside_session import Session

    watch.wrap(checker, "parse_notebook", PARSE)
    watch.wrap(Sandbox, "open", FORK)
    watch.wrap_cells(Session)
    watch.wrap(Session, "call", CALLS)
    watch.wrap(plugin.CheckPlugin, "run", PYTEST)
    watch.wrap(Execution, "close", CLOSE)
    for item in checks._items.values():
        item.obj = watch.timed(item.obj, CHECKS)


def _write(result: Any) -> None:
    """What becomes of a result: the line to the pool, and the record that the command writes."""
    msgspec.msgpack.encode(result)
    json.dumps(result.record(), indent=1)


def _grade(
    judge: Any,
    notebooks: Sequence[Path],
    *,
    keep_outputs: bool,
    write: Callable[[Any], None] = _write,
) -> None:
    from autograder.grading.protocol import Job

    for path in notebooks:
        job = Job(path.stem, path.read_bytes(), (b"profile",), keep_outputs)
        write(judge.check(job, lambda step: None)[0])


def main(arguments: list[str]) -> None:
    """Print the shares as JSON; whatever the checks print goes to standard error."""
    answers, sys.stdout = sys.stdout, sys.stderr
    notebooks = sorted(Path(arguments[1]).glob("*.ipynb"))
    json.dump(_measure(Path(arguments[0]), notebooks), answers)


if __name__ == "__main__":
    main(sys.argv[1:])
