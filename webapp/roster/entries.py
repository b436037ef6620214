"""The people of a roster: what each row says of somebody, and which rows are one person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from webapp.base.typed_text import one_line, plain
from webapp.courses.people import split_sections
from webapp.models import Role
from webapp.people.person import (
    PersonRefused,
    kept_address,
    kept_name,
    kept_number,
    kept_role,
    kept_sections,
    last_first,
    same_number,
)
from webapp.roster.columns import Columns
from webapp.roster.table import Row

_Kept = TypeVar("_Kept")
# Rows of a gradebook's export that are nobody.
_NOBODY = {"points possible"}


@dataclass(frozen=True)
class Entry:
    """What the file says of somebody; what it does not say is empty, the role None.

    `fault` says in one sentence why the rows cannot be taken in.
    """

    lines: tuple[int, ...]
    name: str = ""
    email: str = ""
    role: Role | None = None
    section: str = ""
    number: str = ""
    fault: str = ""
    # What the row looks like where it has a fault.
    seen: str = ""


def entries(rows: Iterable[Row], columns: Columns) -> list[Entry]:
    """Everybody in the file, once; rows that contradict each other have a fault."""
    read = [_entry(row, columns) for row in rows]
    return _merged([entry for entry in read if plain(entry.name) not in _NOBODY])


def _entry(row: Row, columns: Columns) -> Entry:
    cells: dict[str, list[str]] = {}
    for field, cell in zip(columns, row.cells, strict=True):
        if field and cell:
            cells.setdefault(field, []).append(cell)
    entry = Entry((row.line,), seen=", ".join(one_line(c) for c in row.cells if c)[:160])
    faults: list[str] = []

    def kept(read: Callable[[str], _Kept], text: str, empty: _Kept) -> _Kept:
        try:
            return read(text) if text else empty
        except PersonRefused as error:
            faults.append(str(error))
            return empty

    one = {field: found[0] for field, found in cells.items()}
    entry = replace(
        entry,
        name=kept(kept_name, _name(one), ""),
        email=kept(kept_address, one.get("email", ""), ""),
        role=kept(kept_role, one.get("role", ""), None),
        section=kept(kept_sections, ",".join(cells.get("section", [])), ""),
        number=kept(kept_number, one.get("number", ""), ""),
    )
    if not faults and not (entry.name or entry.email or entry.number):
        faults.append("Expected a name, an e-mail address or a student number.")
    return replace(entry, fault=" ".join(faults))


def _name(cells: dict[str, str]) -> str:
    if "last_first" in cells:
        return last_first(cells["last_first"])
    if "first" in cells or "last" in cells:
        return " ".join(filter(None, (cells.get("first"), cells.get("last")))).replace(",", "")
    return cells.get("name", "")


def _merged(read: Sequence[Entry]) -> list[Entry]:
    """One entry a person: known by number or address, or by name where a row has neither."""
    found: list[Entry] = []
    at: dict[tuple[str, str], int] = {}
    for entry in read:
        keys = _keys(entry)
        places = sorted({at[key] for key in keys if key in at})
        if not places:
            at |= dict.fromkeys(keys, len(found))
            found.append(entry)
            continue
        for place in places:
            found[place] = _together(found[place], entry)
        if len(places) > 1:
            lines = sorted({line for place in places for line in found[place].lines})
            fault = f"{_rows(lines)} are of two people by their numbers, of one by their addresses."
            for place in places:
                found[place] = replace(found[place], fault=fault)
        at |= {key: places[0] for key in keys if key not in at}
    return found


def _keys(entry: Entry) -> list[tuple[str, str]]:
    keys = [("number", same_number(entry.number)), ("email", entry.email)]
    keys = [key for key in keys if key[1]]
    if not keys and not entry.fault:
        keys = [("name", plain(entry.name))]
    return keys


def _together(first: Entry, second: Entry) -> Entry:
    """Two rows of one person; where they differ in more than the section, with a fault."""
    lines = (*first.lines, *second.lines)
    said = {
        "names": (first.name, second.name),
        "addresses": (first.email, second.email),
        "roles": (first.role, second.role),
        "student numbers": (same_number(first.number), same_number(second.number)),
    }
    differ = [what for what, pair in said.items() if all(pair) and pair[0] != pair[1]]
    fault = first.fault or second.fault
    section = first.section
    try:
        names = [*split_sections(first.section), *split_sections(second.section)]
        section = kept_sections(",".join(names))
    except PersonRefused as error:
        fault = fault or str(error)
    if differ:
        fault = f"{_rows(lines)} are one person with two {' and two '.join(differ)}."
    return Entry(
        lines,
        first.name or second.name,
        first.email or second.email,
        first.role or second.role,
        section,
        first.number or second.number,
        fault,
        f"{first.seen} / {second.seen}"[:300] if differ else first.seen,
    )


def _rows(lines: Sequence[int]) -> str:
    *most, last = map(str, lines)
    return f"Lines {', '.join(most)} and {last}"
