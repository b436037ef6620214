"""One application and its engines for a whole test process, each time over a new database.

Building the application, and preparing each statement for a dialect, cost more than most tests do.
Every test still has a database of its own, with real connections, transactions and locks: only
where the engines connect to moves. What a test may change in the application is put back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from webapp.base.database import db, make_engine
from webapp.queue import broker


class MovingEngines:
    """One engine for each kind of database, whose new connections go where it points."""

    def __init__(self) -> None:
        self._made: dict[str, sa.Engine] = {}

    @contextmanager
    def over(self, url: str) -> Iterator[sa.Engine]:
        """The engine over that database; afterwards every connection must be back in its pool."""
        where = sa.make_url(url)
        backend = where.get_backend_name()
        if backend not in self._made:
            self._made[backend] = _moving_engine(url)
        engine = self._made[backend]
        engine.url = where.set(drivername=engine.url.drivername)
        yield engine
        given_back = _given_back(engine)
        engine.dispose()
        assert given_back, "a request or a session kept a connection"


def _moving_engine(url: str) -> sa.Engine:
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _hurry)

    @event.listens_for(engine, "do_connect")
    def _where_it_points(
        dialect: sa.Dialect, _record: Any, arguments: list[Any], options: dict[str, Any]
    ) -> None:
        there, own_options = dialect.create_connect_args(engine.url)
        arguments[:] = there
        options.update(own_options)

    return engine


def _hurry(connection: Any, _record: Any) -> None:
    """Do not wait for the disk: no test's database outlives a power cut."""
    connection.execute("PRAGMA synchronous=OFF")


def _given_back(engine: sa.Engine) -> bool:
    pool = engine.pool
    return not isinstance(pool, sa.QueuePool) or pool.checkedout() == 0


class SharedApplication:
    """An application that is lent to one test after the other."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._engines = MovingEngines()
        self._places = (app.config, app.view_functions, app.extensions)
        self._as_made = [dict(place) for place in self._places]

    @contextmanager
    def over(self, url: str) -> Iterator[Flask]:
        """The application as it was made, over that database."""
        self._put_back()
        with self._engines.over(url) as engine:
            with self._app.app_context():
                db.engines["default"] = engine
                db.sessionmaker.configure(bind=engine)
            yield self._app

    def _put_back(self) -> None:
        """Settings, pages and parts as they were, nobody slowed down, no broker."""
        for place, as_made in zip(self._places, self._as_made, strict=True):
            place.clear()
            place.update(as_made)
        for limiter in self._app.extensions["limiter"]:
            limiter.reset()
        broker.configure("")
