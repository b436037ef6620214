"""The table in a roster's text: what parts its cells, which rows are empty, where it begins."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from webapp.base.typed_text import as_address
from webapp.roster.text import RosterError

MOST_ROWS = 5000
MOST_COLUMNS = 100
# In the order in which they are believed where several fit.
_DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}
_LOOKED_AT = 60


@dataclass(frozen=True)
class Row:
    """One row, which begins in this line of the file."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """The rows that hold anything, each as wide as the widest; `delimiter` in words."""

    rows: tuple[Row, ...]
    delimiter: str
    width: int


def grid(text: str, source: str) -> Grid:
    """The cells of a text; raises RosterError where there are none, or too many."""
    named = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    text = text if named is None else text[named.end() :]
    delimiter = named[1] if named else _delimiter(text)
    skipped = 0 if named is None else 1
    try:
        rows = [row for row in _rows(text, delimiter, skipped) if any(row.cells)]
    except csv.Error as error:
        raise RosterError(f"{source} is no table: {error}.") from None
    width = max((len(row.cells) for row in rows), default=0)
    if not rows:
        raise RosterError(f"{source} has no row with anything in it.")
    if len(rows) > MOST_ROWS + 1:
        raise RosterError(f"{source} has {len(rows)} rows, expected at most {MOST_ROWS}.")
    if width > MOST_COLUMNS:
        raise RosterError(f"{source} has {width} columns, expected at most {MOST_COLUMNS}.")
    filled = (Row(r.line, r.cells + ("",) * (width - len(r.cells))) for r in rows)
    return Grid(tuple(filled), _DELIMITERS.get(delimiter, f"{delimiter!r}"), width)


def _rows(text: str, delimiter: str, skipped: int = 0) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    line = skipped + 1
    for cells in reader:
        yield Row(line, tuple(cell.strip(" \t\u00a0\ufeff") for cell in cells))
        line = skipped + reader.line_num + 1


def _delimiter(text: str) -> str:
    """What parts the cells: it lets addresses stand alone, and parts each row alike."""
    lines = [line for line in text.splitlines() if line.strip()][:_LOOKED_AT]
    sample = "\n".join(lines)

    def fitness(delimiter: str) -> tuple[int, int, int]:
        rows = list(_sample(sample, delimiter))
        if max(map(len, rows), default=0) < 2:
            return (0, 0, 0)
        addresses = sum(any("@" in cell and as_address(cell) for cell in row) for row in rows)
        widths = [len(row) for row in rows]
        alike = max(widths.count(width) for width in set(widths))
        return (addresses, alike, max(set(widths), key=widths.count))

    return max(_DELIMITERS, key=fitness)


def _sample(text: str, delimiter: str) -> Sequence[tuple[str, ...]]:
    try:
        return [row.cells for row in _rows(text, delimiter)]
    except csv.Error:
        return []
