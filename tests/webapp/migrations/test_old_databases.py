"""Databases of every version, with a course in them, come to the newest one and back."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from tests.webapp import sample_course
from tests.webapp.conftest import Auth, settings_for
from tests.webapp.migrations import old_courses, old_readings
from tests.webapp.migrations.old_courses import ADJUSTED, DAMAGED, DETAILS, Row
from tests.webapp.migrations.old_readings import BEFORE
from tests.webapp.shared import SharedApplication
from webapp import migrations
from webapp.base.database import engine_options, make_engine, prepare
from webapp.models import Base

_SCRIPTS = ScriptDirectory.from_config(migrations.alembic_config())
VERSIONS = [script.revision for script in reversed(list(_SCRIPTS.walk_revisions()))]
ROWS = old_courses.ROWS | old_readings.ROWS
# What rows have that were there before a column was; others are in the rows of `old_courses`.
ADDED: dict[str, Row] = {
    "api_tokens": {"scopes": "submit"},
    "courses": {
        **{"grading_paused_at": None, "late_days": 0, "archived_at": None, "page": ""},
        **{"student_room_mb": 200, "room_mb": 20_000},
    },
    "enrolments": {"student_number": ""},
    "users": {"is_administrator": False, "may_create_courses": False, "invited_at": None},
    "workers": {"versions": {}},
    "slides": {"looked_at": old_courses.at(1), "refusal": ""},
    "paper_reviews": {"looked_at": None, "refusal": ""},
    "course_assignments": {
        "retired_at": None,
        **{"grace_minutes": 0, "late_penalty": 0.0, "cut_off_at": None, "attempt_limit": None},
        **{"pause_minutes": 0, "counting": "best", "points_in_total": None},
        "waiting_limit": None,
    },
    "import_items": {"received_at": None},
    "jobs": {"queue": "cpu", "regrade_id": None},
    "leaderboards": {"revealed_at": None},
    "results": {
        **{"conditions": "", "regrade_id": None, "measure": None, "measure_name": ""},
        "measure_final": None,
    },
    "submissions": {"adjustment": None, "kept": 1.0, "days_late": 0, "late_days_used": 0},
}
Columns = dict[str, set[str]]
Filled = Callable[[str], contextlib.AbstractContextManager[sa.Connection]]


def _in_memory() -> sa.Engine:
    """A database as the application has it, without waiting for a disk."""
    options = engine_options("sqlite://")
    options["connect_args"] |= {"check_same_thread": False}
    engine = sa.create_engine(**options, poolclass=StaticPool)
    prepare(engine)
    return engine


def _move(engine: sa.Engine, version: str) -> None:
    """Bring an empty database to a version from wherever it is."""
    if migrations.revision(engine) > version:
        migrations.downgrade(engine, version)
    else:
        migrations.upgrade(engine, version)


def _upgrade(connection: sa.Connection) -> None:
    command.upgrade(migrations.alembic_config(connection), "head")


@contextlib.contextmanager
def _filled_on_sqlite(empty: sa.Engine, version: str) -> Iterator[sa.Connection]:
    """A copy of the empty database."""
    _move(empty, version)
    engine = _in_memory()
    with empty.connect() as source, engine.connect() as copy:
        source.connection.driver_connection.backup(copy.connection.driver_connection)
    with engine.begin() as connection:
        _fill(connection)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@contextlib.contextmanager
def _filled_on_postgresql(empty: sa.Engine, version: str) -> Iterator[sa.Connection]:
    """The empty database itself, and afterwards all of it is rolled back."""
    _move(empty, version)
    with empty.connect() as connection:
        _fill(connection)
        yield connection
        connection.rollback()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest) -> Iterator[Filled]:
    """Makes databases of a version with the course in them."""
    on_sqlite = request.param == "sqlite"
    url = "" if on_sqlite else request.getfixturevalue("postgresql").create("old_databases")
    empty = _in_memory() if on_sqlite else make_engine(url)
    fill = _filled_on_sqlite if on_sqlite else _filled_on_postgresql
    yield lambda version: fill(empty, version)
    empty.dispose()


def _fill(connection: sa.Connection) -> None:
    columns = _columns(connection)
    for table in (name for name in ROWS if name in columns):
        rows = [_known(row, columns[table]) for row in ROWS[table]]
        connection.execute(sa.insert(_table(table, columns[table])), rows)


def _columns(connection: sa.Connection) -> Columns:
    """The names of the columns of every table."""
    names = (
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
        " WHERE m.type = 'table'"
        if connection.dialect.name == "sqlite"
        else "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public'"
    )
    found: Columns = {}
    for table, column in connection.execute(sa.text(names)):
        found.setdefault(table, set()).add(column)
    del found["alembic_version"]
    return found


def _known(row: Row, columns: set[str]) -> Row:
    return {name: value for name, value in row.items() if name in columns}


def _table(name: str, columns: set[str]) -> sa.TableClause:
    """The table with these columns, and as much of their types as the course's values need."""
    types = {dict: sa.JSON, bytes: sa.LargeBinary, bool: sa.Boolean}
    types |= {datetime: sa.DateTime, date: sa.Date}
    found: list[sa.ColumnClause] = []
    for each in (each for each in ROWS[name][0] if each in columns):
        rows = (*ROWS[name], ADDED.get(name, {}))
        values = [row[each] for row in rows if row.get(each) is not None]
        found.append(sa.column(each, types.get(type(values[0]) if values else str)))
    return sa.table(name, *found)


def _read(connection: sa.Connection, name: str, columns: set[str]) -> list[Row]:
    """The rows of a table in order of its first column."""
    table = _table(name, columns)
    rows = connection.execute(sa.select(table).order_by(next(iter(table.c))))
    return [dict(row) for row in rows.mappings()]


def _after(table: str, row: Row, had: Columns) -> Row:
    """What a row of a database that had these columns holds once it is migrated."""
    columns = had.get(table, set())
    if table == "used_room" and "slides" not in had:
        return row | {"bytes": 2}
    if not columns:
        return row  # it came with the table
    added = {name: value for name, value in ADDED.get(table, {}).items() if name not in columns}
    if table == "submissions" and "adjustment" not in columns:
        # Before overrides the other attempt of bob's was the better one.
        added |= {9: {"counts": True}, ADJUSTED: {"counts": False}}.get(row["id"], {})
    if table == "jobs" and row["regrade_id"] == 1 and "score_overrides" not in had:
        # Dead jobs of closed regrades ended when overrides came.
        added |= {"state": "cancelled"} if "regrade_id" in columns else {}
    return row | added


def _came_from(table: str, row: Row, had: Columns) -> str:
    """The table that had the row in a database with these columns."""
    if table in had:
        return table
    if table == "check_failures":
        return "results"  # the reasons come out of the results
    if table == "used_room":
        return "submissions"  # and the sums out of the files
    return BEFORE[table][row["kind"]] if table in BEFORE else table


@pytest.mark.parametrize("version", VERSIONS)
def test_a_course_of_any_version_is_whole_in_the_newest(filled: Filled, version: str) -> None:
    with filled(version) as connection:
        had = _columns(connection)
        assert set(had) <= set(ROWS), "a table without rows in old_courses proves nothing"
        _upgrade(connection)
        newest = _columns(connection)
        for table, columns in newest.items():
            rows = [row for row in ROWS[table] if _came_from(table, row, had) in had]
            wanted = [_after(table, _known(row, columns), had) for row in rows]
            assert _read(connection, table, columns) == wanted, table
        _is_sound(connection)


def _is_sound(connection: sa.Connection) -> None:
    """The database's own rules hold, and the application reads every value."""
    if connection.dialect.name == "sqlite":
        assert connection.execute(sa.text("PRAGMA foreign_key_check")).all() == []
        assert connection.scalar(sa.text("PRAGMA integrity_check")) == "ok"
    with Session(connection) as session:
        for mapper in Base.registry.mappers:
            for row in session.scalars(sa.select(mapper.class_)):
                for attribute in mapper.column_attrs:
                    getattr(row, attribute.key)


def test_a_course_of_the_newest_version_is_whole_in_each_earlier_one(filled: Filled) -> None:
    with filled(VERSIONS[-1]) as connection:
        for version in reversed(VERSIONS[:-1]):
            command.downgrade(migrations.alembic_config(connection), version)
            for table, columns in _columns(connection).items():
                wanted = [_known(row, columns) for row in ROWS[table]]
                assert _read(connection, table, columns) == wanted, (version, table)
        if connection.dialect.name == "sqlite":
            assert connection.execute(sa.text("PRAGMA foreign_key_check")).all() == []


def test_reasons_come_out_of_every_result_however_many_there_are(filled: Filled) -> None:
    numbers = range(1000, 1450)
    with filled("0010") as connection:
        columns = _columns(connection)
        for table, like, more in (
            ("submissions", {"id": 10}, ("id", "attempt")),
            ("jobs", {"id": 10}, ("id", "submission_id")),
            ("results", {"id": 10}, ("id", "submission_id", "job_id")),
        ):
            [row] = [row for row in ROWS[table] if row["id"] == like["id"]]
            rows = [_known(row | dict.fromkeys(more, n), columns[table]) for n in numbers]
            connection.execute(sa.insert(_table(table, columns[table])), rows)
        _upgrade(connection)
        found = connection.execute(
            sa.text("SELECT result_id FROM check_failures WHERE result_id >= 1000 ORDER BY id")
        )
        assert found.scalars().all() == list(numbers)


@pytest.mark.parametrize(("server", "version"), [("sqlite", "0003"), ("postgresql", "0010")])
def test_every_page_shows_a_course_that_was_migrated(
    server: str,
    version: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    shared_application: SharedApplication,
) -> None:
    on_sqlite = server == "sqlite"
    settings = settings_for(
        tmp_path, "" if on_sqlite else request.getfixturevalue("new_database")()
    )
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine, version)
    with engine.begin() as connection:
        _fill(connection)
        # No page shows a result that is damaged.
        results = _table("results", {"id", "detail"})
        whole = sa.update(results).where(results.c.id.in_(DAMAGED)).values(detail=DETAILS[2])
        connection.execute(whole)
    migrations.upgrade(engine)
    with shared_application.over(settings.database_url) as app:
        with app.app_context(), engine.begin() as connection:
            password = {"password": hash_password(sample_course.PASSWORD)}
            connection.execute(sa.text("UPDATE users SET password = :password"), password)
        seen = {name: _kinds_of_pages(app, name) for name in ("ina", "ada")}
    engine.dispose()
    assert len(seen["ina"]) > len(seen["ada"]) > 10


def _kinds_of_pages(app: Flask, name: str) -> set[str]:
    """What somebody reaches by links, one page of those that differ by numbers; none fails."""
    visitor = Auth(app).login(name)
    # nbgrader's database is made by nbgrader, which takes longer than all else.
    seen, waiting = {"/static/", "/courses/dl/staff/grades/gradebook.db"}, ["/"]
    while waiting:
        path = waiting.pop()
        kind = "/static/" if path.startswith("/static/") else re.sub(r"\d+", "#", path)
        if kind in seen:
            continue
        seen.add(kind)
        answer = visitor.get(path)
        assert answer.status_code in (200, 302, 303), (path, answer.status_code)
        if answer.mimetype == "text/html":
            links = re.findall(r'href="(/[^"#?]*)', answer.text)
            waiting += [*links, *([answer.location] if answer.location else [])]
    return seen
