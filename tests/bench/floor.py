"""The floor: the same cells in children forked from a warm interpreter, and nothing else.

No sandbox, no checks, no outputs sent anywhere. `python -m tests.bench.floor FOLDER MODULE...` is
that interpreter: it takes one JSON line with cells and answers with one JSON line of seconds.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.corpus import Sample

FLOOR = "floor"
DRAWN = "floor, figures drawn"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Floor:
    """The interpreter, warm, and the corpus that its children execute."""

    def __init__(self, modules: Sequence[str], samples: tuple[Sample, ...], folder: Path) -> None:
        self._words = [str(folder), *modules]
        self._cells = [sample.cells for sample in samples]
        self._process: subprocess.Popen[str] | None = None

    def measure(self) -> dict[str, float]:
        """Mean seconds per notebook, without figures and with figures drawn."""
        self._process = process = self._process or self._start()
        return {FLOOR: self._pass(process, draw=False), DRAWN: self._pass(process, draw=True)}

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.bench.floor", *self._words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
            text=True,
        )

    def _pass(self, process: subprocess.Popen[str], *, draw: bool) -> float:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"draw": draw, "notebooks": self._cells}) + "\n")
        process.stdin.flush()
        seconds: list[float] = json.loads(process.stdout.readline())
        return sum(seconds) / len(seconds)

    def close(self) -> None:
        """End the interpreter."""
        if self._process is not None:
            self._process.communicate()


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Inline(InteractiveShell):
        def enable_gui(self, gui: str | None = None) -> None:
            """Figures are shown inline, there is no window."""

    config = Config()
    config.HistoryManager.enabled = False
    return Inline.instance(config=config)


def _execute(shell: Any, cells: Sequence[str], *, draw: bool) -> None:
    sys.stdout = sys.stderr = io.StringIO()
    if not draw:
        shell.display_formatter.active_types = ["text/plain"]
    for cell in cells:
        shell.run_cell(cell)


def _time(shell: Any, cells: Sequence[str], *, draw: bool) -> float:
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            _execute(shell, cells, draw=draw)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return time.perf_counter() - started


def main(folder: str, modules: Sequence[str]) -> None:
    """Warm up, draw one figure, then execute what comes, in `folder`, until the input ends."""
    os.chdir(folder)
    for module in modules:
        importlib.import_module(module)
    shell = _shell()
    if "matplotlib.pyplot" in modules:
        warm = "%matplotlib inline\nimport matplotlib.pyplot as p\np.plot([0, 1])\np.show()"
        out, sys.stdout = sys.stdout, io.StringIO()
        shell.run_cell(warm)
        sys.stdout = out
        shell.run_cell("p.close('all')\ndel p")
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        seconds = [_time(shell, cells, draw=order["draw"]) for cells in order["notebooks"]]
        print(json.dumps(seconds), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
