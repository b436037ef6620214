"""Deleting a row for good, with everything that lies beneath it.

What lies beneath is read from the foreign keys of all tables, so that a new table is not forgotten.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import in_parts
from webapp.models import Base, Content


def erase(session: Session, row: Base) -> None:
    """Delete the row, what refers to it, and files that nothing else has; the caller commits."""
    table = row.__table__
    assert isinstance(table, sa.Table)
    (key,) = table.primary_key
    beneath = _beneath(table, key == getattr(row, key.name))
    files = _files(session, beneath)
    for each in reversed(table.metadata.sorted_tables):
        if each in beneath:
            session.execute(sa.delete(each).where(beneath[each]))
    _forget_files(session, files)
    session.expire_all()


def _beneath(
    table: sa.Table, those: sa.ColumnElement[bool]
) -> dict[sa.Table, sa.ColumnElement[bool]]:
    """Of each table the rows that refer to those, or to such a row."""
    found = {table: those}
    for each in table.metadata.sorted_tables:
        referring = [
            key.parent.in_(sa.select(key.column).where(found[key.column.table]))
            for key in sorted(each.foreign_keys, key=lambda key: key.parent.name)
            if key.column.table in found
        ]
        if referring:
            found[each] = sa.or_(*referring)
    return found


def _files(session: Session, beneath: dict[sa.Table, sa.ColumnElement[bool]]) -> set[str]:
    """The files that those rows have."""
    found: set[str] = set()
    for column in _columns_of_files():
        if column.table in beneath:
            found.update(session.scalars(sa.select(column).where(beneath[column.table])))
    return {each for each in found if each is not None}


def _forget_files(session: Session, files: set[str]) -> None:
    used = [sa.exists().where(column == Content.sha256) for column in _columns_of_files()]
    for part in in_parts(sorted(files)):
        session.execute(sa.delete(Content).where(Content.sha256.in_(part), ~sa.or_(*used)))


def _columns_of_files() -> list[sa.Column[Any]]:
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is Content.__table__.c.sha256
    ]
