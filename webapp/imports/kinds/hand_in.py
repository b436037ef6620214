"""What one student handed in, as another system's archive says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.submitted.intake import Source, source_of
from autograder.submitted.intake_files import FoundFile

# What Canvas and browsers add to a file that is handed in or saved again.
_AGAIN = re.compile(r"(?:-(\d{1,4})| ?\((\d{1,4})\))$")
_OLDER = "This is an older attempt: the same student's newest is taken."


@dataclass(frozen=True)
class Attached:
    """A file under the name that its student gave it; of two with one name the `newer` counts."""

    name: str
    file: FoundFile
    newer: int = 0


@dataclass(frozen=True)
class HandIn:
    """What somebody handed in.

    `ids` are what a system knows them by (an address, a login, a student's number), `names` what
    they are called, and `logins` what may be such an id, the likeliest first. `stamp` is when they
    handed it in, where that is said, on the course's clock where it names no zone; `late` is the
    system's own word.
    """

    label: str
    files: tuple[Attached, ...]
    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    stamp: str = ""
    late: bool = False
    older: bool = False


def may_be(files: Sequence[FoundFile], fitting: Sequence[FoundFile]) -> bool:
    """Whether an archive is a system's: something in it is named its way, and every notebook is."""
    keys = {file.key for file in fitting}
    return bool(keys) and all(file.key in keys for file in files if file.is_notebook)


def as_source(hand_in: HandIn, assignment_id: str) -> Source:
    """The one notebook of it to be graded, or why there is none."""
    chosen, refusal = _chosen(hand_in, assignment_id)
    files = [each.file for each in (chosen or list(hand_in.files))]
    return source_of(hand_in.label, files, _OLDER if hand_in.older else refusal, hand_in)


def _chosen(hand_in: HandIn, assignment_id: str) -> tuple[list[Attached], str]:
    newest: dict[str, Attached] = {}
    for each in sorted(hand_in.files, key=_order):
        if each.file.is_notebook and not each.name.startswith("."):
            newest[_base(each.name)] = each
    mine = newest.get(assignment_id.casefold())
    if mine is not None or len(newest) == 1:
        return [mine or next(iter(newest.values()))], ""
    if not newest:
        return [], "No notebook was handed in with it."
    sentence = f"There are {len(newest)} notebooks in it and none is {assignment_id}.ipynb."
    return [], sentence


def _order(each: Attached) -> tuple[int, int]:
    again = _AGAIN.search(PurePosixPath(each.name).stem)
    return each.newer, int(again[1] or again[2]) if again else 0


def _base(name: str) -> str:
    """A notebook's name without what was added because it was handed in again."""
    return _AGAIN.sub("", PurePosixPath(name).stem).casefold()
