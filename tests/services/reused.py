"""A PostgreSQL database that is put back to its first rows, which costs far less than a new one."""

from __future__ import annotations

import psycopg
from psycopg import sql

# Triggers and foreign keys rest meanwhile, so that tables can go in any order.
_AT_REST = "SET LOCAL session_replication_role = replica"
_USED = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SEQUENCES = """
SELECT array_agg(quote_ident(sequencename)), array_agg(coalesce(last_value, 1)),
    array_agg(last_value IS NOT NULL)
FROM pg_sequences WHERE schemaname = 'public'
"""
_NUMBERS = """
SELECT setval(name::regclass, last, called)
FROM unnest(%s::text[], %s::bigint[], %s::bool[]) AS kept (name, last, called)
"""


class ReusedDatabase:
    """A database whose rows and numbers, as they are now, can be had again at any time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)
        self._rows = {table: self._copied_out(table) for table in self._used()}
        self._numbers = self._connection.execute(_SEQUENCES).fetchone()

    def close(self) -> None:
        """Leave the database."""
        self._connection.close()

    def put_back(self) -> None:
        """End whatever else is connected, and make every table and number as at first."""
        self._connection.execute(_OTHERS)
        if used := self._used():
            with self._connection.transaction():
                self._connection.execute(_AT_REST)
                for table in used:
                    self._connection.execute(_with_table("DELETE FROM {}", table))
            # So that new rows lie in the order in which they come, as in a new table.
            tables = sql.SQL(", ").join(map(sql.Identifier, used))
            self._connection.execute(sql.SQL("VACUUM (TRUNCATE) {}").format(tables))
        with self._connection.transaction():
            self._connection.execute(_AT_REST)
            for table, rows in self._rows.items():
                self._copied_in(table, rows)
            self._connection.execute(_NUMBERS, self._numbers)

    def _used(self) -> list[str]:
        return [name for (name,) in self._connection.execute(_USED)]

    def _copied_out(self, table: str) -> bytes:
        statement = _with_table("COPY {} TO STDOUT (FORMAT binary)", table)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            return b"".join(copy)

    def _copied_in(self, table: str, rows: bytes) -> None:
        statement = _with_table("COPY {} FROM STDIN (FORMAT binary)", table)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(rows)


def _with_table(statement: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(table))
