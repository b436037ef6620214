"""A roster's file, read: its text, its table, and which column holds what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from webapp.roster.columns import FIELDS, Columns, check, chosen, guessed, heading_row
from webapp.roster.entries import Entry, entries
from webapp.roster.table import MOST_ROWS, Row, grid
from webapp.roster.text import RosterError, decoded
from webapp.site.uploads import Upload, read_upload

MOST_BYTES = 2 * 2**20


@dataclass(frozen=True)
class Choice:
    """What somebody said of a file that would else be guessed.

    `columns` are all of them in order, `named` some by their heading or number; `heading` says
    whether a row names the columns.
    """

    encoding: str = ""
    heading: bool | None = None
    columns: Columns | None = None
    named: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Roster:
    """A file as it was read."""

    source: str
    encoding: str
    encoding_words: str
    certain: bool
    delimiter: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    columns: Columns

    @property
    def notes(self) -> list[str]:
        """What was recognised and may be wrong."""
        if self.certain:
            return []
        return [f"It is not UTF-8 and was read as {self.encoding_words}: look at the names."]

    def people(self) -> list[Entry]:
        """Everybody in it; raises RosterError where no column says who they are."""
        check(self.columns, self.source)
        return entries(self.rows, self.columns)


def uploaded_roster(file: FileStorage | None) -> Upload:
    """A form's file; raises FileRefused."""
    return read_upload(file, most=MOST_BYTES, what="a CSV roster")


def read_roster(data: bytes, source: str, choice: Choice = Choice()) -> Roster:
    """The table of a file; raises RosterError."""
    text = decoded(data, source, choice.encoding)
    table = grid(text.text.removeprefix("\ufeff"), source)
    at = heading_row(table)
    if choice.heading is not None:
        at = (at or 0) if choice.heading else None
    headings = () if at is None else table.rows[at].cells
    rows = table.rows if at is None else table.rows[at + 1 :]
    if len(rows) > MOST_ROWS:
        raise RosterError(f"{source} has {len(rows)} people, expected at most {MOST_ROWS}.")
    columns = guessed(headings, rows)
    if choice.columns is not None:
        columns = _fitting(choice.columns, len(columns))
    columns = chosen(headings, columns or ("",) * table.width, dict(choice.named), source)
    return Roster(
        source,
        text.encoding,
        text.words,
        text.certain,
        table.delimiter,
        headings,
        rows,
        columns,
    )


def _fitting(columns: Sequence[str], width: int) -> Columns:
    """As many as there are, each one that there is."""
    known = [field if field in FIELDS else "" for field in columns[:width]]
    return tuple(known) + ("",) * (width - len(known))


def named_columns(said: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Columns as a command or a program names them, `name=Full name`; raises RosterError."""
    pairs = [text.partition("=") for text in said]
    for text, (field, equals, name) in zip(said, pairs, strict=True):
        if not (field and equals and name):
            raise RosterError(f"The column is {text!r}, expected one such as 'name=Full name'.")
    found: Mapping[str, str] = {field.strip(): name.strip() for field, _, name in pairs}
    return tuple(found.items())
