"""Which course a row belongs to, in whatever table: its foreign keys lead there.

Of several keys that lead to a course the one with the shortest way is followed; the others lead to
the same course. A table from which no way leads there (accounts, tokens, files' contents, workers)
belongs to the site. So a new table belongs to its course without another word.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from webapp.models.base import Base

_COURSES = "courses"


@functools.cache
def ways() -> dict[str, sa.Column[Any]]:
    """The column of each table of courses that leads to its course; `courses` itself has none."""
    found: dict[str, sa.Column[Any]] = {}
    reached = {_COURSES}
    while reached:
        step = {
            table.name: column
            for table in Base.metadata.sorted_tables
            if table.name not in found and table.name != _COURSES
            for column in reversed(table.columns)
            if _parent(column) in reached
        }
        found |= step
        reached = set(step)
    return found


def course_of(table: str, chosen: Sequence[int] | sa.Select[Any]) -> sa.ColumnElement[bool]:
    """That a course is the one of these rows of a table, by what the column of its way holds."""
    courses = Base.metadata.tables[_COURSES]
    if table == _COURSES or _parent(ways()[table]) == _COURSES:
        return courses.c.id.in_(chosen)
    (key,) = ways()[table].foreign_keys
    above = key.column.table
    return course_of(above.name, sa.select(ways()[above.name]).where(key.column.in_(chosen)))


def _parent(column: sa.Column[Any]) -> str:
    """The table that a column refers to, or nothing."""
    return next((key.column.table.name for key in column.foreign_keys), "")
