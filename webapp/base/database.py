"""The database: engines for SQLite and PostgreSQL, and the web service's session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import Session

from webapp.base.clock import now

db = SQLAlchemy()

_BUSY_SECONDS = 30
# To what SQLite cuts its log once it is written into the database; else it stays as it grew.
_LARGEST_LOG = 8 * 2**20
# SQLite takes 32766 values in a statement; this many keep it quick to parse.
_AT_ONCE = 500
_TOOL = "made with"
_CHANGING = "in a change"
_Row = TypeVar("_Row")


def engine_options(url: str) -> dict[str, Any]:
    """Options of `create_engine` for that URL.

    SQLite's transactions begin IMMEDIATE at the first write: a transaction that read first and
    writes later would otherwise fail at once, busy timeout or not, when another wrote between.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        connect = {"isolation_level": "IMMEDIATE", "timeout": _BUSY_SECONDS}
        return {"url": url, "connect_args": connect}
    if parsed.drivername == "postgresql":
        url = parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    return {"url": url, "pool_pre_ping": True}


def make_engine(url: str) -> sa.Engine:
    """An engine outside of Flask: for the worker, migrations and commands."""
    engine = sa.create_engine(**engine_options(url))
    prepare(engine)
    return engine


def prepare(engine: sa.Engine) -> None:
    """Give every SQLite connection durable writes, enforced foreign keys and patience."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)


class Missing(LookupError):
    """What was asked for is not there, or not for whoever asks: pages and API answer 404."""


@contextmanager
def change(session: Session) -> Iterator[None]:
    """One change, as an operation makes it: all of it is kept at the end, none where it fails.

    Meanwhile `webapp.models.archived` looks at what is written.
    """
    session.info[_CHANGING] = True
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(_CHANGING, None)


def is_changing(session: Session) -> bool:
    """Whether the session is in a change of an operation."""
    return _CHANGING in session.info


def make_with(session: Session, tool: str) -> None:
    """Note what this session's changes are made with, where that is no page: `API`."""
    session.info[_TOOL] = tool


def made_with(session: Session) -> str:
    """What this session's changes are made with; empty for a page."""
    return str(session.info.get(_TOOL, ""))


def takes_the_one_lock(session: Session) -> bool:
    """Whether the database has one lock for everything, as SQLite, which is then taken."""
    if session.get_bind().dialect.name != "sqlite":
        return False
    users = sa.table("users", sa.column("id"))
    session.execute(sa.update(users).where(sa.false()).values(id=users.c.id))
    return True


def in_parts(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    """Rows in parts that fit into one statement each."""
    return (rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE))


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA journal_size_limit={_LARGEST_LOG}")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")
    cursor.close()


def moment_of(session: Session) -> datetime:
    """The present moment by the clock that all workers share: that of the database's machine.

    SQLite's machine is this one; a PostgreSQL server serves machines whose clocks may differ.
    """
    if session.get_bind().dialect.name != "postgresql":
        return now()
    clock = sa.func.timezone("utc", sa.func.clock_timestamp(), type_=sa.DateTime())
    return session.execute(sa.select(clock)).scalar_one().replace(tzinfo=UTC)
