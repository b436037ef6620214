"""An archived course is read-only: no change takes a row of it, whoever makes it and by what.

Every change that an operation makes passes here (see `change` in `webapp.base.database`): what it
writes is looked up in its course, and where that is archived the change is refused as a whole.
Whoever archives a course, takes it back or deletes it lifts this for that change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from webapp.base.database import in_parts, is_changing
from webapp.models.base import Base
from webapp.models.belonging import course_of, ways
from webapp.models.courses import Course

_LIFTED = "archived courses may change"
Touched = dict[str, set[Any]]


class CourseArchived(Exception):
    """The course takes no change: one sentence."""

    def __init__(self) -> None:
        super().__init__("This course is archived: it can be read, and nothing in it changes.")


@contextmanager
def lifted(session: Session) -> Iterator[None]:
    """Meanwhile an archived course may change, for whoever archives it or takes it back."""
    session.info[_LIFTED] = True
    try:
        yield
    finally:
        del session.info[_LIFTED]


def refuse_archived(session: Session, course_id: int) -> None:
    """Raise CourseArchived, for a change in the course's name that takes no row of it."""
    _refuse_courses(session, Course.id == course_id)


@event.listens_for(Session, "after_flush")
def _refuse_rows(session: Session, _context: UOWTransaction) -> None:
    if not _guards(session):
        return
    touched: Touched = defaultdict(set)
    for row in session.deleted:
        _note(touched, row, sa.inspect(row).dict.get)
    for row in session.new:
        _note(touched, row, lambda name, row=row: getattr(row, name))
    for row in session.dirty:
        if session.is_modified(row):
            _note(touched, row, lambda name, row=row: getattr(row, name))
    _refuse(session, touched)


@event.listens_for(Session, "do_orm_execute")
def _refuse_statement(state: ORMExecuteState) -> None:
    writes = state.is_update or state.is_delete or state.is_insert
    if not writes or not _guards(state.session):
        return
    statement: Any = state.statement
    table = Base.metadata.tables.get(statement.table.name)
    column = _way(table.name) if table is not None else None
    if table is None or column is None:
        return
    if state.is_insert:
        rows = state.parameters if isinstance(state.parameters, Sequence) else ()
        _refuse(state.session, {table.name: {row[column.name] for row in rows}})
        return
    if statement.whereclause is None and isinstance(state.parameters, Sequence):
        _refuse_keyed(state.session, column, state.parameters)
        return
    chosen = sa.select(column)
    if statement.whereclause is not None:
        chosen = chosen.where(statement.whereclause)
    # Looked up before: afterwards they may not be found in the same way.
    _refuse_courses(state.session, course_of(table.name, chosen))


def _refuse_keyed(
    session: Session, column: sa.Column[Any], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Refuse what names each row by its key, as updates of many rows at once do."""
    (key,) = column.table.primary_key
    for part in in_parts([row[key.name] for row in rows]):
        chosen = sa.select(column).where(key.in_(part))
        _refuse_courses(session, course_of(column.table.name, chosen))


def _guards(session: Session) -> bool:
    return is_changing(session) and _LIFTED not in session.info


def _note(touched: Touched, row: Any, value: Any) -> None:
    column = _way(row.__table__.name)
    if column is not None:
        touched[row.__table__.name].add(value(column.name))


def _way(table: str) -> sa.Column[Any] | None:
    """What says which course a row is of; None where it is of none."""
    courses = Course.__tablename__
    return Base.metadata.tables[courses].c.id if table == courses else ways().get(table)


def _refuse(session: Session, touched: Touched) -> None:
    for table, values in touched.items():
        for part in in_parts(sorted(values - {None})):
            _refuse_courses(session, course_of(table, part))


def _refuse_courses(session: Session, chosen: sa.ColumnElement[bool]) -> None:
    """Raise CourseArchived where one of them is archived.

    On PostgreSQL their rows are held against being archived until the change is over, which
    hinders no other change.
    """
    found = sa.select(Course.archived_at).where(chosen).with_for_update(key_share=True, read=True)
    if any(session.connection().execute(found).scalars()):
        raise CourseArchived
