"""Blackboard: `Homework 1_ada_attempt_2026-11-20-23-59-59_work.ipynb`, with a describing text.

The title and the login may both hold underscores, so what stands after each of them may be the
login. `Homework 1_ada_attempt_2026-11-20-23-59-59.txt` says it: its first line is
`Name: Ada Lovelace (ada)`. The time is on Blackboard's own wall clock, which names no zone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from autograder.submitted.archive import ArchiveRejected
from autograder.submitted.intake_files import FileRefused, FoundFile
from webapp.imports.kinds.hand_in import Attached, HandIn, may_be

_NAMED = re.compile(
    r"(?P<who>.+)_attempt_(?P<at>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|\.txt)", re.DOTALL
)
# In whatever language: a word and a colon, the name, and the login in brackets.
_DESCRIBED = re.compile(r"[^:\n]{1,40}:[ \t]*(?P<name>[^\n]+?)[ \t]*\((?P<login>[^()\s]+)\)\s*")
_LONGEST_LINE, _MOST_PARTS = 500, 8


def hand_ins(files: Sequence[FoundFile]) -> list[HandIn] | None:
    """Who handed in what, each attempt; None where this is no archive of Blackboard's."""
    named = [(found, file) for file in files if (found := _NAMED.fullmatch(file.parts[-1]))]
    if not may_be(files, [file for _, file in named]):
        return None
    attached: dict[tuple[str, str], list[Attached]] = defaultdict(list)
    described: dict[tuple[str, str], re.Match[str]] = {}
    newest: dict[str, str] = {}
    for found, file in named:
        attempt = found["who"], found["at"]
        newest[found["who"]] = max(found["at"], newest.get(found["who"], ""))
        theirs = attached[attempt]
        if found["rest"]:
            theirs.append(Attached(found["rest"], file))
        elif said := _DESCRIBED.match(_first_line(file)):
            described[attempt] = said
    return [
        _attempt(who, at, theirs, described.get((who, at)), older=at < newest[who])
        for (who, at), theirs in attached.items()
    ]


def _attempt(
    who: str, at: str, theirs: list[Attached], said: re.Match[str] | None, *, older: bool
) -> HandIn:
    parts = who.split("_")[-_MOST_PARTS:]
    logins = ["_".join(parts[start:]) for start in range(len(parts))]
    year, month, day, *clock = at.split("-")
    return HandIn(
        f"{who}_{at}",
        tuple(theirs),
        ids=(said["login"],) if said else (),
        names=(said["name"],) if said else (),
        logins=tuple(logins),
        stamp=f"{year}-{month}-{day} {':'.join(clock)}",
        older=older,
    )


def _first_line(file: FoundFile) -> str:
    try:
        data = file.read()
    except (FileRefused, ArchiveRejected, OSError):
        return ""
    text = data[:_LONGEST_LINE].decode("utf-8-sig", errors="replace")
    return text.lstrip().partition("\n")[0]
