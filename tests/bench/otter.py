"""Otter under measurement: `otter run` for one notebook after the other, as its users do."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

from autograder.assignment import Assignment
from tests.bench.corpus import Sample, copy_data
from tests.bench.security.environments import environment
from tests.bench.security.hidden import HiddenTest
from tests.bench.security.otter import PINNED, question_file

OTTER = "`otter run`"
EXECUTED = "Otter executed {count} of the same notebooks, {tests}."
_WITHOUT = ("--no-requirements", "--no-environment", "--no-config")
_NOTHING = HiddenTest("nothing", "nothing", 1.0, "assert True")
# What torch is made of: it lies in Heldout's environment and is too large to install twice.
_TORCH = ("torch", "torchgen", "functorch", "sympy", "mpmath", "networkx", "filelock", "fsspec")


class OtterFailed(Exception):
    """Otter did not grade a notebook: its time means nothing."""


class OtterRun:
    """A configuration made by `otter generate`, and the samples beside it."""

    def __init__(
        self,
        assignment: Assignment,
        samples: tuple[Sample, ...],
        tests: Sequence[HiddenTest],
        *,
        folder: Path,
        environments: Path,
    ) -> None:
        self._samples = samples
        self._folder = folder
        self._environment = environment("otter", PINNED, environments)
        (folder / "tests").mkdir(parents=True)
        for question, its_tests in itertools.groupby(tests or [_NOTHING], lambda t: t.question):
            text = question_file(question, its_tests)
            (folder / "tests" / f"{question}.py").write_text(text, encoding="utf-8")
        copy_data(assignment, folder)
        _link_torch(folder / "packages", assignment)
        for sample in samples:
            (folder / f"{sample.name}.ipynb").write_bytes(sample.data)
        self._run("generate", "--tests-dir", "tests", "--output-path", "autograder.zip", *_WITHOUT)

    def measure(self) -> dict[str, float]:
        """Seconds per notebook: Otter starts anew for each."""
        started = time.perf_counter()
        for sample in self._samples:
            (self._folder / "results.json").unlink(missing_ok=True)
            self._run("run", "-a", "autograder.zip", "--no-logo", f"{sample.name}.ipynb")
            if not (self._folder / "results.json").is_file():
                raise OtterFailed(f"otter gave {sample.name} no result")
        return {OTTER: (time.perf_counter() - started) / len(self._samples)}

    def _run(self, *words: str) -> None:
        done = subprocess.run(
            [str(self._environment / "bin" / "otter"), *words],
            cwd=self._folder,
            env=self._variables(),
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise OtterFailed(f"otter {words[0]} ended with {done.returncode}: {said}")

    def _variables(self) -> dict[str, str]:
        # What it leaves at home stays here; its kernel is started from PATH.
        path = f"{self._environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
        home = {"HOME": str(self._folder), "IPYTHONDIR": str(self._folder / ".ipython")}
        return {**os.environ, **home, "PATH": path, "PYTHONPATH": str(self._folder / "packages")}

    def close(self) -> None:
        """Nothing outlives the command."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _link_torch(folder: Path, assignment: Assignment) -> None:
    folder.mkdir()
    site = Path(sysconfig.get_paths()["purelib"])
    for name in _TORCH if "torch" in assignment.packages else ():
        if (site / name).is_dir():
            (folder / name).symlink_to(site / name)
