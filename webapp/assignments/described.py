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
            raise FolderRefused(sentence_of(str(error), home)) from None
    return Described(found.title, found.max_score, found.needs)


def sentence_of(text: str, folder: Path) -> str:
    """What the grader says of a folder, as a sentence without where that lies on this machine."""
    plain = text.replace(f"{folder.parent}/", "").strip().rstrip(".")
    is_path = "/" in plain.partition(" ")[0]
    return f"{plain if is_path else plain[:1].upper() + plain[1:]}." if plain else ""
