"""Deleting a course: every row of it in any table, and the files that only it had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import in_parts
from webapp.models import Base, Content
from webapp.models.belonging import belongs_to, ways


def delete_rows(session: Session, course_id: int) -> None:
    """Delete what belongs to the course, and the course; the caller commits."""
    files = sorted(_files_of(session, course_id))
    courses = Base.metadata.tables["courses"]
    # Those that refer to others go first; `courses` itself, which nothing of them leads to, last.
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in ways():
            session.execute(sa.delete(table).where(belongs_to(table, course_id)))
    session.execute(sa.delete(courses).where(belongs_to(courses, course_id)))
    for part in in_parts(files):
        _forget_unused(session, part)
    session.expire_all()


def _refer_to_files() -> Iterator[sa.Column[Any]]:
    """The columns of any table that say which file something is."""
    contents = Base.metadata.tables[Content.__tablename__]
    for table in Base.metadata.sorted_tables:
        yield from (c for c in table.columns if c.references(contents.c.sha256))


def _files_of(session: Session, course_id: int) -> set[str]:
    found: set[str | None] = set()
    for column in _refer_to_files():
        chosen = sa.select(column).where(belongs_to(column.table, course_id)).distinct()
        found.update(session.scalars(chosen))
    return {each for each in found if each is not None}


def _forget_unused(session: Session, files: Sequence[str]) -> None:
    """Delete those of these files that nothing refers to any more."""
    used = [
        sa.exists().where(column == Content.sha256).correlate(Content)
        for column in _refer_to_files()
    ]
    session.execute(
        sa.delete(Content)
        .where(Content.sha256.in_(files), ~sa.or_(*used))
        .execution_options(synchronize_session=False)
    )
