"""Two courses with a row in every table: that of `old_courses`, and one like it beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from tests.webapp.migrations import old_courses, old_readings
from webapp.models import Base
from webapp.models.belonging import ways

Row = dict[str, Any]
ROWS: dict[str, list[Row]] = old_courses.ROWS | old_readings.ROWS
FIRST, SECOND = 1, 1001
_APART = SECOND - FIRST
# What refers to another row without a foreign key.
_ALSO = {("jobs", "regrade_id"), ("results", "regrade_id"), ("score_overrides", "result_id")}
# Only the second course has this file.
OWN_FILE = "c" * 64
Dump = dict[str, list[Row]]


def fill(connection: sa.Connection) -> None:
    """Both courses into an empty database; accounts and most files are those of both."""
    for table in Base.metadata.sorted_tables:
        connection.execute(sa.insert(table), [_aware(row) for row in _rows(table)])
        if connection.dialect.name == "postgresql" and "id" in table.columns:
            _number_on(connection, table)


def _number_on(connection: sa.Connection, table: sa.Table) -> None:
    """Let the next row have a number of its own; SQLite sees to that by itself."""
    if isinstance(table.c.id.type, sa.Integer):
        last = sa.select(sa.func.max(table.c.id)).scalar_subquery()
        sequence = sa.func.pg_get_serial_sequence(table.name, "id")
        connection.execute(sa.select(sa.func.setval(sequence, last)))


def dump(connection: sa.Connection) -> Dump:
    """Every row of every table."""
    found = {}
    for table in Base.metadata.sorted_tables:
        rows = connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()
        found[table.name] = [dict(row) for row in rows]
    return found


def of_course(found: Dump, course_id: int) -> Dump:
    """Those rows that belong to a course, told by the numbers that `fill` gave them."""
    numbers = range(course_id, course_id + _APART)
    return {name: [r for r in rows if _number(name, r) in numbers] for name, rows in found.items()}


def _number(table: str, row: Row) -> int:
    if table != "courses" and table not in ways():
        return 0
    return row["id"] if "id" in row else row[ways()[table].name]


def _rows(table: sa.Table) -> Iterator[Row]:
    known = [_known(row, table) for row in ROWS[table.name]]
    yield from known
    if table.name == "courses" or table.name in ways():
        yield from (_second(table, row) for row in known)
    elif table.name == "contents":
        yield {**known[0], "sha256": OWN_FILE}


def _known(row: Row, table: sa.Table) -> Row:
    return {name: value for name, value in row.items() if name in table.columns}


def _second(table: sa.Table, row: Row) -> Row:
    """The same row of the second course."""
    moved = {
        name: value + _APART
        for name, value in row.items()
        if isinstance(value, int) and _is_number(table, name)
    }
    own: Row = {"courses": {"slug": "other"}, "teams": {"invitation_code": "efgh"}}.get(
        table.name, {}
    )
    if table.name == "submissions" and row["id"] == 1:
        own = {"sha256": OWN_FILE}
    return row | moved | own


def _is_number(table: sa.Table, name: str) -> bool:
    """Whether a column is the number of a row of a course."""
    column = table.columns[name]
    if name == "id" or (table.name, name) in _ALSO:
        return True
    parents: Iterable[str] = (key.column.table.name for key in column.foreign_keys)
    return any(parent == "courses" or parent in ways() for parent in parents)


def _aware(row: Row) -> Row:
    return {
        name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
        for name, value in row.items()
    }
