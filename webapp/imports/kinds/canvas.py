"""Canvas: `lovelaceada_LATE_12345_678901_work-1.ipynb`, all in one folder.

The name is the sortable one in small letters without spaces; then come Canvas's own numbers of the
student and of the file, which are nobody's student number. A text typed into Canvas is
`lovelaceada_12345_text.html`, and another attempt puts `-1` behind the file's name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from autograder.submitted.intake_files import FoundFile
from webapp.imports.kinds.hand_in import Attached, HandIn, may_be

_NAMED = re.compile(
    r"(?P<name>.+?)_(?P<late>LATE_)?(?P<user>\d{1,19})_"
    r"(?:(?P<file>\d{1,19})_(?P<rest>.+)|text\.html)",
    re.DOTALL,
)


def hand_ins(files: Sequence[FoundFile]) -> list[HandIn] | None:
    """Who handed in what; None where this is no archive of Canvas's."""
    named = [(found, file) for file in files if (found := _NAMED.fullmatch(file.parts[-1]))]
    if not may_be(files, [file for _, file in named]):
        return None
    attached: dict[tuple[str, str], list[Attached]] = defaultdict(list)
    late = set()
    for found, file in named:
        student = found["name"], found["user"]
        rest = found["rest"] or "text.html"
        attached[student].append(Attached(rest, file, int(found["file"] or 0)))
        if found["late"]:
            late.add(student)
    return [
        _hand_in(name, number, tuple(theirs), late=(name, number) in late)
        for (name, number), theirs in attached.items()
    ]


def _hand_in(name: str, number: str, theirs: tuple[Attached, ...], *, late: bool) -> HandIn:
    label = f"{name}_LATE_{number}" if late else f"{name}_{number}"
    return HandIn(label, theirs, names=(name,), late=late)
