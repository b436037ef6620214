"""The grader version: what a score depends on besides the submission and the seed."""

from __future__ import annotations

import functools
import hashlib
from importlib import metadata
from pathlib import Path

from autograder.assignment import Assignment

_JUDGES = ("*.py", "sandbox/*.py", "grading/*.py")


def grader_version(assignment: Assignment) -> str:
    """Heldout's version and a hash over the grader's code and the assignment's files.

    Scores of equal versions are comparable; a changed check, limit or grader gives another.
    """
    digest = hashlib.sha256(_code_digest())
    described = assignment.folder / "assignment.toml"
    data = [assignment.folder / name for name in sorted(assignment.files)]
    for path in [described, *sorted(assignment.folder.glob("*.py")), *data]:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return f"{_release()}+{digest.hexdigest()[:12]}"


def _release() -> str:
    try:
        return metadata.version("heldout")
    except metadata.PackageNotFoundError:
        return "0"


@functools.cache
def _code_digest() -> bytes:
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parent.parent
    for pattern in _JUDGES:
        for path in sorted(root.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.digest()
