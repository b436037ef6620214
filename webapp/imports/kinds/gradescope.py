"""Gradescope: `submission_123456789/work.ipynb`, and whose it is in `submission_metadata.yml`.

That file is YAML as Ruby writes it, of which the few lines that matter are read as lines: nobody's
YAML is interpreted here. Work of a group is each of its students' own.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.submitted.archive import ArchiveRejected
from autograder.submitted.intake_files import FileRefused, FoundFile
from webapp.imports.kinds.hand_in import Attached, HandIn, may_be

_METADATA = "submission_metadata.yml"
_FOLDER = re.compile(r"submission_\d{1,19}")
_SUBMISSION = re.compile(r"""["']?(submission_\d{1,19})["']?:\s*""")
_SECTION = re.compile(r"  :?([a-z_]+):(?:\s+(.*))?")
_PERSON = re.compile(r"\s+(-\s+)?:?(name|sid|email):(?:\s+(.*))?")
_UTC = re.compile(r"\s+:?utc:\s+(.*)")
_MOMENT = re.compile(
    r"(?:[&!]\S+\s+)*['\"]?(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?"
)
_HEX = re.compile(r"\\x([0-9A-Fa-f]{2})")


@dataclass
class _Said:
    """What the file says of one submission."""

    people: list[dict[str, str]] = field(default_factory=list)
    stamp: str = ""


def hand_ins(files: Sequence[FoundFile]) -> list[HandIn] | None:
    """Who handed in what; None where this is no archive of Gradescope's."""
    metadata = next((file for file in files if file.parts[-1] == _METADATA), None)
    folders: dict[str, list[Attached]] = defaultdict(list)
    fitting = []
    for file in files:
        folder = next(filter(_FOLDER.fullmatch, file.parts[:-1]), None)
        if folder is not None:
            fitting.append(file)
            folders[folder].append(Attached(file.parts[-1], file))
    if metadata is None or not may_be(files, fitting):
        return None
    said, found = _read(metadata), []
    for folder, theirs in folders.items():
        one = said.get(folder, _Said())
        for person in one.people or [{}]:
            found.append(_hand_in(folder, tuple(theirs), person, one.stamp))
    return found


def _hand_in(
    folder: str, theirs: tuple[Attached, ...], person: dict[str, str], stamp: str
) -> HandIn:
    name, sid, email = (person.get(key, "") for key in ("name", "sid", "email"))
    return HandIn(
        f"{folder} {name or sid} {email}".strip(),
        theirs,
        ids=tuple(filter(None, (sid, email))),
        names=tuple(filter(None, [name])),
        # The part before the @ may be another person's at another address: it comes last.
        logins=tuple(filter(None, [email.partition("@")[0]])),
        stamp=stamp,
    )


def _read(file: FoundFile) -> dict[str, _Said]:
    try:
        lines = file.read().decode("utf-8-sig", errors="replace").splitlines()
    except (FileRefused, ArchiveRejected, OSError):
        return {}
    found: dict[str, _Said] = {}
    current, section = _Said(), ""
    for line in lines:
        if not line.startswith((" ", "-")):
            begun, section = _SUBMISSION.fullmatch(line), ""
            current = found.setdefault(begun[1], _Said()) if begun else _Said()
        elif (begins := _SECTION.fullmatch(line)) and not line.startswith("  -"):
            section = begins[1]
            if section == "created_at":
                current.stamp = _moment(begins[2] or "")
        elif section == "submitters":
            _note_person(current, line)
        elif section == "created_at" and not current.stamp and (utc := _UTC.fullmatch(line)):
            current.stamp = _moment(utc[1])
    return found


def _note_person(said: _Said, line: str) -> None:
    found = _PERSON.fullmatch(line)
    if found is None:
        return
    if found[1] or not said.people:
        said.people.append({})
    said.people[-1][found[2]] = _text(found[3] or "")


def _moment(text: str) -> str:
    found = _MOMENT.match(text)
    return f"{found[1]} {found[2] or 'UTC'}" if found else ""


def _text(value: str) -> str:
    """A YAML word: plain, in single quotes, or in double quotes with what is escaped there."""
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) > 1 and value[0] == value[-1] == '"':
        try:
            return str(json.loads(_HEX.sub(r"\\u00\1", value)))
        except ValueError:
            return value[1:-1]
    return "" if value in ("~", "null") else value
