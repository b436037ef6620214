"""The schema: migrations from nothing lead to what the models say, and back."""

import pytest
import sqlalchemy as sa
from alembic import command

from webapp import migrations
from webapp.base.database import make_engine
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
    with engine.begin() as connection:
        command.check(migrations.alembic_config(connection, Base.metadata))
    assert migrations.is_current(engine)


def test_every_migration_can_be_taken_back(empty):
    engine = empty
    migrations.upgrade(engine)
    migrations.downgrade(engine, "base")
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    migrations.upgrade(engine)
    assert migrations.is_current(engine)


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


def test_addresses_and_names_become_composed_where_that_is_one_persons(empty):
    engine = empty
    migrations.upgrade(engine, "0017")
    texts = ["jose\u0301@x.example", "jose\u0301@y.example", "jos\u00e9@y.example"]
    insert = (
        "INSERT INTO users (id, email, name, active, fs_uniquifier, created_at)"
        " VALUES (:id, :email, 'Jose\u0301', true, :mark, '2026-01-01')"
    )
    with engine.begin() as connection:
        for number, email in enumerate(texts, start=1):
            connection.execute(sa.text(insert), {"id": number, "email": email, "mark": f"{number}"})
    migrations.upgrade(engine)
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT email, name FROM users ORDER BY id")).all()
    assert [row.email for row in found] == ["jos\u00e9@x.example", *texts[1:]]
    assert {row.name for row in found} == {"Jos\u00e9"}
