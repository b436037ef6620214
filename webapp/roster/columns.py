"""Which column of a roster holds what: guessed from its heading or its cells, or said by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from webapp.base.typed_text import as_address, one_line, plain
from webapp.people.person import PersonRefused, kept_role
from webapp.roster.headings import EITHER, HEADINGS
from webapp.roster.table import Grid, Row
from webapp.roster.text import RosterError

# What a column may hold, and its words; the first is nothing that counts.
FIELDS = {
    "": "nothing",
    "name": "Name",
    "last_first": "Name, family name first",
    "first": "First name",
    "last": "Family name",
    "email": "E-mail address",
    "number": "Student number",
    "role": "Role",
    "section": "Section",
}
# Where several columns may hold the same.
SEVERAL = ("section",)
_BEFORE_THE_TABLE = 12
_SAMPLE = 200
_NUMBER = re.compile(r"[='\"#]*[a-zA-Z]{0,3}-?\d{4,12}\"?")

Columns = tuple[str, ...]


def heading_row(grid: Grid) -> int | None:
    """Which row names the columns, or None where the first holds somebody already."""
    for at, row in enumerate(grid.rows[:_BEFORE_THE_TABLE]):
        if any(as_address(cell) for cell in row.cells if "@" in cell):
            break
        known = sum(bool(_named(cell)) for cell in row.cells)
        if known >= min(2, grid.width):
            return at
    first = grid.rows[0]
    somebody = any("@" in cell and as_address(cell) for cell in first.cells)
    somebody = somebody or any(_NUMBER.fullmatch(cell) for cell in first.cells)
    return None if somebody else 0


def guessed(headings: Sequence[str], rows: Sequence[Row]) -> Columns:
    """What each column holds; `headings` is empty where no row names them."""
    sample = [row.cells for row in rows[:_SAMPLE]]
    if not headings:
        return _by_cells(sample)
    found = [_named(heading) for heading in headings]
    for at, kind in enumerate(found):
        if kind == "login":
            found[at] = "email" if _share(sample, at, _is_address) > 0.5 else "login"
    for weak, field in (("login", "number"), ("id", "number")):
        taken = field in found or (weak == "login" and "id" in found)
        found = [(("" if taken else field) if kind == weak else kind) for kind in found]
    return _settled(found, sample)


def chosen(
    headings: Sequence[str], columns: Columns, said: Mapping[str, str], source: str
) -> Columns:
    """The columns with those that were named by hand: by heading, or by number from 1 on.

    Raises RosterError.
    """
    found = list(columns)
    for field, name in said.items():
        if field not in FIELDS or not field:
            known = ", ".join(key for key in FIELDS if key)
            raise RosterError(f"The column {field!r} is not known, expected one of {known}.")
        at = _place(headings, len(columns), name)
        if at is None:
            raise RosterError(f"{source} has no column {name!r}.")
        found = ["" if kind == field else kind for kind in found]
        found[at] = field
    return tuple(found)


def check(columns: Columns, source: str) -> None:
    """Raise RosterError where the columns cannot say who somebody is."""
    for field in FIELDS:
        if field and field not in SEVERAL and columns.count(field) > 1:
            raise RosterError(f"Two columns are chosen as {FIELDS[field]}: leave one.")
    if not {"email", "number", "name", "last_first", "first", "last"} & set(columns):
        raise RosterError(
            f"{source} has no column 'email', 'name' or 'number': say which is which."
        )


def _place(headings: Sequence[str], width: int, name: str) -> int | None:
    wanted = plain(name)
    for at, heading in enumerate(headings):
        if plain(heading) == wanted:
            return at
    return int(name) - 1 if name.isdecimal() and 0 < int(name) <= width else None


def _named(heading: str) -> str:
    """What a heading says of its column; also `login`, `id` and the two of EITHER."""
    whole = plain(heading).replace(" ", "")
    bare = plain(re.sub(r"\(.*?\)|\[.*?\]", "", heading)).replace(" ", "")
    for key in (whole, bare):
        if key in HEADINGS:
            return HEADINGS[key]
    if "mail" in bare or "courriel" in bare:
        return "email"
    return "number" if "matrik" in bare or re.search(r"student(id|number|nr|no)", bare) else ""


def _settled(found: Sequence[str], sample: Sequence[tuple[str, ...]]) -> Columns:
    """One column a field, and words that mean two things by what stands beside them."""
    kinds = list(found)
    for word, beside, then, otherwise in EITHER:
        meant = then if beside in found and then not in found else otherwise
        kinds = [meant if kind == word else kind for kind in kinds]
    if "email" not in kinds:
        at = _most_addresses(kinds, sample)
        kinds = [("email" if index == at else kind) for index, kind in enumerate(kinds)]
    if "first" in kinds and "last" in kinds:
        kinds = ["" if kind in ("name", "last_first") else kind for kind in kinds]
    seen: set[str] = set()
    for at, kind in enumerate(kinds):
        again = kind in seen and kind not in SEVERAL
        seen.add(kind)
        kinds[at] = "" if again else kind
    return tuple(kinds)


def _most_addresses(kinds: Sequence[str], sample: Sequence[tuple[str, ...]]) -> int | None:
    shares = [_share(sample, at, _is_address) for at, kind in enumerate(kinds)]
    free = [at for at, kind in enumerate(kinds) if not kind and shares[at] > 0.5]
    return max(free, key=lambda at: shares[at], default=None)


def _by_cells(sample: Sequence[tuple[str, ...]]) -> Columns:
    """Columns that nothing names, by what their cells look like."""
    width = len(sample[0]) if sample else 0
    kinds = [""] * width
    tests = (("email", _is_address), ("role", _is_role), ("number", _is_number), ("name", _is_name))
    for field, test in tests:
        shares = {at: _share(sample, at, test) for at in range(width) if not kinds[at]}
        at = max(shares, key=lambda index: shares[index], default=None)
        if at is not None and shares[at] > 0.6:
            kinds[at] = field
    words = [at for at in range(width) if not kinds[at] and _share(sample, at, _is_word) > 0.8]
    if "name" not in kinds and len(words) >= 2:
        kinds[words[0]], kinds[words[1]] = "first", "last"
    rest = [at for at in range(width) if not kinds[at] and any(row[at] for row in sample)]
    if len(rest) == 1 and {"name", "first"} & set(kinds):
        kinds[rest[0]] = "section"
    return tuple(kinds)


def _share(sample: Sequence[tuple[str, ...]], at: int, test: Callable[[str], bool]) -> float:
    filled = [row[at] for row in sample if row[at]]
    return sum(map(test, filled)) / len(filled) if filled else 0.0


def _is_address(cell: str) -> bool:
    return "@" in cell and bool(as_address(cell))


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _is_role(cell: str) -> bool:
    try:
        return bool(kept_role(cell))
    except PersonRefused:
        return False


def _is_name(cell: str) -> bool:
    text = one_line(cell)
    return len(text.split()) > 1 and not any(c.isdigit() or c == "@" for c in text)


def _is_word(cell: str) -> bool:
    return len(cell) > 1 and all(c.isalpha() or c in "-'’. " for c in cell)
