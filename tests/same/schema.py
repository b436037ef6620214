"""A database's schema as sorted lines: tables with their columns and constraints, and indexes."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path


def schema_of(database: Path) -> str:
    """The lines of an SQLite database; the order in which columns were added does not count."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        found = connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        ).fetchall()
    lines = []
    for kind, name, table, sql in found:
        if kind == "table":
            lines += [f"table {name}: {part}" for part in parts_of(sql)]
        else:
            lines.append(f"{kind} {name} of {table}: {_plain(sql)}")
    return "".join(f"{line}\n" for line in sorted(lines))


def parts_of(sql: str) -> list[str]:
    """The columns and constraints of a CREATE TABLE statement, in no particular order."""
    inside = sql[sql.index("(") + 1 : sql.rindex(")")]
    parts, depth, quoted = [""], 0, False
    for sign in inside:
        quoted ^= sign == "'"
        depth += 0 if quoted else (sign == "(") - (sign == ")")
        if sign == "," and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return sorted(map(_plain, parts))


def _plain(sql: str) -> str:
    """A statement in one line, without the quotes that a rebuilt table's names have."""
    spaced = re.sub(r"\s+", " ", sql.replace('"', "")).strip()
    return re.sub(r" ?([(),]) ?", r"\1", spaced)
