"""The schema: migrations from nothing lead to what the models say, and back."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from webapp import migrations
from webapp.database import make_engine
from webapp.models import Base


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """A database with nothing in it."""
    on_sqlite = request.param == "sqlite"
    file = f"sqlite:///{tmp_path / 'new.sqlite'}"
    engine = make_engine(file if on_sqlite else request.getfixturevalue("new_database")())
    yield engine
    engine.dispose()


def test_migrations_from_nothing_equal_the_models(empty):
    engine = empty
    migrations.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert migrations.is_current(engine)


def test_every_migration_can_be_taken_back(empty):
    engine = empty
    migrations.upgrade(engine)
    migrations.downgrade(engine, "base")
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    migrations.upgrade(engine)
    assert migrations.is_current(engine)


def _fill(engine):
    """One row in every table that has none yet, so that each migration meets data."""
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            empty = not connection.scalar(sa.select(sa.func.count()).select_from(table))
            if table.name != "alembic_version" and empty:
                connection.execute(table.insert().values(_row(table)))


def _row(table):
    plain = {int: 1, float: 1.0, str: "1", bytes: b"1", bool: True}
    values = {}
    for column in table.columns:
        if (table.name, column.name) == ("written_scores", "review_id"):
            values[column.name] = None  # a score is of a proposal or of a review
        elif isinstance(column.type, sa.JSON):
            values[column.name] = {}
        else:
            values[column.name] = plain.get(column.type.python_type, datetime(2026, 11, 23))
    return values


def _counts(engine):
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in tables.sorted_tables
        }


@pytest.mark.slow
def test_data_of_the_first_schema_and_of_each_later_one_survives_to_the_last_and_back(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    scripts = ScriptDirectory.from_config(migrations.alembic_config())
    steps = [script.revision for script in reversed(list(scripts.walk_revisions()))]
    seen = []
    for step in steps:
        migrations.upgrade(engine, step)
        _fill(engine)
        seen.append(_counts(engine))
        assert set(seen[-1].values()) == {1}, step
    assert migrations.is_current(engine)
    for step, counts in zip(reversed(steps), reversed(seen), strict=True):
        migrations.downgrade(engine, step)
        assert _counts(engine) == counts
    with engine.connect() as connection:
        assert connection.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    engine.dispose()


def test_sqlite_is_durable_and_enforces_foreign_keys(settings):
    # Not the shared engine of `engine`, which need not be durable.
    engine = make_engine(settings.database_url)
    with engine.connect() as connection:
        pragmas = [
            connection.execute(sa.text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    engine.dispose()
    assert pragmas == ["wal", 2, 1, 30000]


def test_the_schema_is_plain_enough_for_postgresql():
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    for table in Base.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=postgresql.dialect()))
