"""Keeping the sums of used room right, in the change that adds or takes a file.

The caller commits. A student is locked before their sum is changed, as for everything of theirs.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.models import Content, UsedRoom
from webapp.room.queries import files_of, has_file


def add_notebook(session: Session, course_id: int, user_id: int, sha256: str, *, size: int) -> None:
    """Count a file that is about to be handed in, unless the person has it there already."""
    if not has_file(session, course_id, user_id, sha256):
        row = {"course_id": course_id, "user_id": user_id, "bytes": size}
        added = _insert(session).values(row)
        _execute(session, added, UsedRoom.bytes + added.excluded.bytes)


def add_up(session: Session, course_id: int, user_id: int | None = None) -> None:
    """Add up a course's files again, or one person's in it: after files came or went otherwise."""
    session.flush()
    mine = UsedRoom.course_id == course_id
    if user_id is not None:
        mine = sa.and_(mine, UsedRoom.user_id == user_id)
    session.execute(sa.delete(UsedRoom).where(mine).execution_options(synchronize_session=False))
    files = files_of(course_id, user_id)
    found = (
        sa.select(sa.literal(course_id), files.c.user_id, sa.func.sum(Content.size))
        .join(Content, Content.sha256 == files.c.sha256)
        .where(sa.true())
        .group_by(files.c.user_id)
    )
    added = _insert(session).from_select(["course_id", "user_id", "bytes"], found)
    _execute(session, added, added.excluded.bytes)
    session.expire_all()


def _insert(session: Session) -> Any:
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if on_postgresql else sqlite.insert)(UsedRoom)


def _execute(session: Session, added: Any, total: sa.ColumnElement[int]) -> None:
    key = ("course_id", "user_id")
    session.execute(
        added.on_conflict_do_update(index_elements=key, set_={"bytes": total}),
        execution_options={"synchronize_session": False},
    )
