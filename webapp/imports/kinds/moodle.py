"""Moodle: `Ada Lovelace_12345_assignsubmission_file_/work.ipynb`, or all of it in one name.

The number is that of the participation, which is nobody's student number. A text typed into Moodle
lies in `Ada Lovelace_12345_assignsubmission_onlinetext_/onlinetext.html`. Newer versions leave out
the last underscore.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from autograder.submitted.intake_files import FoundFile
from webapp.imports.kinds.hand_in import Attached, HandIn, may_be

_NAMED = re.compile(
    r"(?P<name>.+)_(?P<number>\d{1,19})_assignsubmission_[a-z]+(?:_(?P<rest>.*))?", re.DOTALL
)


def hand_ins(files: Sequence[FoundFile]) -> list[HandIn] | None:
    """Who handed in what; None where this is no archive of Moodle's."""
    attached: dict[tuple[str, str], list[Attached]] = defaultdict(list)
    fitting = []
    for file in files:
        found = next(filter(None, map(_NAMED.fullmatch, file.parts)), None)
        if found is not None:
            fitting.append(file)
            of_a_folder = found.string != file.parts[-1]
            name = file.parts[-1] if of_a_folder else found["rest"] or file.parts[-1]
            attached[found["name"], found["number"]].append(Attached(name, file))
    if not may_be(files, fitting):
        return None
    return [
        HandIn(f"{name}_{number}", tuple(theirs), names=(name,))
        for (name, number), theirs in attached.items()
    ]
