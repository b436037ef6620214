"""What a packed folder says of itself, read as the grader reads it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import AssignmentError, load_assignment
from webapp.assignments import packed as files
from webapp.assignments.packed import FolderRefused, Packed


@dataclass(frozen=True)
class Described:
    """What staff read of an assignment, and what it needs of the machine that grades it."""

    title: str
    points: float
    needs: str


def described(packed: Packed) -> Described:
    """Read its description; raises FolderRefused with the author's sentence."""
    with tempfile.TemporaryDirectory(prefix="heldout-assignment-") as folder:
        home = Path(folder).resolve() / packed.id
        home.mkdir(mode=0o700)
        files.write(packed, home)
        try:
            found = load_assignment(home)
            found.data_files()
        except AssignmentError as error:
            sentence = str(error).replace(f"{home.parent}/", "")
            raise FolderRefused(f"{sentence[0].upper()}{sentence[1:]}.") from None
    return Described(found.title, found.max_score, found.needs)
