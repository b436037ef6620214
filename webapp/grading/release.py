"""The release of an assignment as `heldout release` writes it, made by that very command.

It runs in a process of its own, so that nbgrader, which takes seconds to load, never becomes part
of the service. What it wrote is kept until the assignment changes.
"""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from autograder.assignment import Assignment, AssignmentError
from webapp.assignments.finding import site_assignment

_SECONDS = 60.0
_COMMAND = (sys.executable, "-c", "from autograder.cli import main; main()", "release")
_building = threading.Lock()

State = tuple[tuple[str, int, int, int], ...]


class NoRelease(Exception):
    """There is no release to show: one sentence for staff."""


@dataclass(frozen=True)
class Source:
    """An assignment, and the state of the files that its release is made of."""

    assignment: Assignment
    state: State


@dataclass(frozen=True)
class Look:
    """The release for a page: its bytes, or why there is none."""

    data: bytes
    refusal: str


def look(session: Session, assignment_id: str) -> Look:
    """The notebook that students get, or the sentence why there is none."""
    try:
        return Look(released_notebook(session, assignment_id), "")
    except NoRelease as error:
        return Look(b"", str(error))


def released_notebook(session: Session, assignment_id: str) -> bytes:
    """The notebook that students get; raises NoRelease."""
    source = source_of(session, assignment_id)
    with _building:  # One look at a time builds it; the others wait and find it built.
        return _built(source.assignment.folder, source.state)


def source_of(session: Session, assignment_id: str) -> Source:
    """The assignment as the site grades it now; raises NoRelease."""
    try:
        assignment = site_assignment(session, assignment_id)
        files = [assignment.folder / "assignment.toml", assignment.notebook_path]
        files += assignment.data_files().values()
        return Source(assignment, tuple(_state(path) for path in files))
    except AssignmentError as error:
        raise NoRelease(_sentence(str(error))) from None
    except OSError as error:
        raise NoRelease(f"{error.filename} cannot be read: {error.strerror}.") from None


def _state(path: Path) -> tuple[str, int, int, int]:
    """What changes when a file is written: then the release is made anew."""
    state = path.stat()
    return path.name, state.st_mtime_ns, state.st_size, state.st_ino


@functools.lru_cache(maxsize=16)
def _built(folder: Path, _state: State) -> bytes:
    with tempfile.TemporaryDirectory(prefix="heldout-release-") as output:
        write(folder, Path(output))
        return (Path(output) / f"{folder.name}.ipynb").read_bytes()


def write(folder: Path, output: Path) -> None:
    """Write the notebook and its data files into `output`; raises NoRelease. It takes seconds."""
    command = [*_COMMAND, str(folder), "--output", str(output)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoRelease(
            f"The release was not made within {_SECONDS:.0f} seconds: try again in a moment."
        ) from None
    if done.returncode != 0:
        raise NoRelease(_sentence(_reason(done.stderr)))


def _reason(stderr: str) -> str:
    """The command's own sentence, without its usage."""
    last = stderr.strip().rpartition("\n")[2]
    return last.removeprefix("Error: ").removeprefix("heldout: ") or "`heldout release` failed"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
