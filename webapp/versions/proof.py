"""`heldout validate` on one folder, in a process of its own: how far it is, and what it found."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from webapp.assignments.described import sentence_of
from webapp.base.environment import SEED

_PROGRAM = (
    "from webapp.base.parent import end_with_parent; end_with_parent();"
    " from autograder.cli import main; main()"
)
_COMMAND = (sys.executable, "-c", _PROGRAM, "validate")
_MOST_SECONDS = 3600.0
_HELD, _NOT_HELD, _REFUSED = 0, 1, 2


class ProofFailed(Exception):
    """The proof could not be made, which says nothing about the assignment: one sentence."""


class Proof:
    """A running proof, which ends at the latest with the block, or with this process."""

    def __init__(self, folder: Path, *, most_seconds: float = _MOST_SECONDS) -> None:
        self._folder = folder
        self._scratch = tempfile.TemporaryDirectory(prefix="heldout-proof-")
        self._file = Path(self._scratch.name) / "found.json"
        self._said = (Path(self._scratch.name) / "said").open("w+", encoding="utf-8")
        self._ends_at = time.monotonic() + most_seconds
        self._process = subprocess.Popen(
            [*_COMMAND, str(folder), "--workers", "1", "--json", str(self._file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            # A proof shall hold under any seed, so it needs not know the site's.
            env={**os.environ, SEED.name: secrets.token_hex(32)},
            start_new_session=True,
        )

    def __enter__(self) -> Proof:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process.poll() is None:
            # Its checkers meet the end of their pipes, and end with their sandboxes.
            self._process.kill()
        self._process.wait()
        self._said.close()
        self._scratch.cleanup()

    def goes_on(self, seconds: float) -> bool:
        """Wait a moment; False once it has ended. Raises ProofFailed when it takes too long."""
        try:
            self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            if time.monotonic() > self._ends_at:
                raise ProofFailed(
                    f"The proof was not done within {_MOST_SECONDS / 60:.0f} minutes."
                ) from None
            return True
        return False

    def progress(self) -> dict[str, int]:
        """How many notebooks of how many are graded."""
        found = self._record()
        return {key: int(found.get(key) or 0) for key in ("done", "total")}

    def result(self) -> dict[str, Any]:
        """What was found, or the author's sentence under `error`; raises ProofFailed."""
        status, found = self._process.returncode, self._record()
        if status in (_HELD, _NOT_HELD) and isinstance(found.get("sound"), bool):
            return found
        said = self._last_line()
        if status == _REFUSED and said:
            return {"sound": False, "error": said}
        raise ProofFailed(said or f"The proof ended with status {status}.")

    def _record(self) -> dict[str, Any]:
        try:
            text = self._file.read_text(encoding="utf-8")
            # What authors read names files of their folder, not where it lies here.
            found = json.loads(text.replace(f"{self._folder.parent}/", ""))
        except (OSError, ValueError):
            return {}
        return found[0] if found else {}

    def _last_line(self) -> str:
        """The command's own sentence."""
        self._said.seek(0)
        last = self._said.read().strip().rpartition("\n")[2]
        text = last.removeprefix("Error: ").removeprefix("heldout: ")
        return sentence_of(text[:500], self._folder)
