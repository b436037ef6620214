"""The archives that other systems let staff download: each is a file here.

A file's `hand_ins` says who handed in what, from names of files alone, or None where an archive is
another system's. What it says is matched to people in `webapp/imports/whose.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograder.submitted.intake import Source
from autograder.submitted.intake_files import FoundFile
from webapp.imports.kinds import blackboard, canvas, gradescope, moodle
from webapp.imports.kinds.hand_in import HandIn, as_source

# Those that are told most surely first: a name in one system's way may look like another's.
_KINDS: tuple[Callable[[Sequence[FoundFile]], list[HandIn] | None], ...] = (
    gradescope.hand_ins,
    moodle.hand_ins,
    blackboard.hand_ins,
    canvas.hand_ins,
)


def recognised(files: Sequence[FoundFile], assignment_id: str) -> list[Source] | None:
    """The submissions of another system's archive, None where it is none: an intake's layout."""
    for hand_ins in _KINDS:
        found = hand_ins(files)
        if found is not None:
            return [as_source(each, assignment_id) for each in found]
    return None
