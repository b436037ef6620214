"""Whether an assignment was proved sound as it is now: what `heldout validate` wrote beside it.

The record names a digest of all that the proof depends on, so a change of the notebook, the checks,
the banks or the grader makes it stale. Reading it runs nothing.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from autograder.assignment import Assignment, AssignmentError
from autograder.grading.version import EXCUSES
from autograder.proof.banks import bank_files

_NAME = ".validated.json"


class Soundness(StrEnum):
    """What is known of an assignment."""

    SOUND = "sound"
    UNSOUND = "unsound"
    CHANGED = "changed"
    UNKNOWN = "unknown"


class _Record(msgspec.Struct, frozen=True):
    digest: str
    sound: bool
    seeds: int
    at: str


def record(assignment: Assignment, *, sound: bool, seeds: int, at: datetime) -> bool:
    """Write what the proof found; False where the folder cannot be written."""
    kept = _Record(_digest(assignment), sound, seeds, at.isoformat(timespec="seconds"))
    return write_beside(assignment, _NAME, kept)


def write_beside(assignment: Assignment, name: str, kept: msgspec.Struct) -> bool:
    """Write what a proof found into the assignment's folder; False where it cannot be."""
    path = assignment.folder / name
    unfinished = path.with_name(f"{name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(msgspec.json.encode(kept) + b"\n")
        # Whoever may enter the folder may read it, whatever umask it was proved under.
        unfinished.chmod(assignment.folder.stat().st_mode & 0o666 | 0o600)
        os.replace(unfinished, path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        return False
    return True


def soundness(assignment: Assignment) -> Soundness:
    """What the record says of the assignment as it is now."""
    try:
        kept = msgspec.json.decode((assignment.folder / _NAME).read_bytes(), type=_Record)
        digest = _digest(assignment)
    except (AssignmentError, OSError, msgspec.MsgspecError):
        return Soundness.UNKNOWN
    if kept.digest != digest:
        return Soundness.CHANGED
    return Soundness.SOUND if kept.sound else Soundness.UNSOUND


def _digest(assignment: Assignment) -> str:
    from autograder.grading.version import grader_version

    digest = hashlib.sha256(grader_version(assignment).encode())
    for path in _files(assignment):
        digest.update(str(path.relative_to(assignment.folder)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(assignment: Assignment) -> list[Path]:
    excuses = assignment.folder / EXCUSES
    kept = [excuses] if excuses.is_file() else []
    return [assignment.notebook_path, *sorted(bank_files(assignment)), *kept]
