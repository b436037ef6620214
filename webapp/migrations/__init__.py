"""Moving a database to the schema of this version, with Alembic, as a library."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

_FOLDER = Path(__file__).resolve().parent


def alembic_config(
    connection: sa.Connection | None = None, models: sa.MetaData | None = None
) -> Config:
    """Alembic's settings for this folder, on an open connection.

    `models` are for drafting the next migration, or comparing (`alembic.command.revision` with
    `autogenerate`, `check`).
    """
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    config.attributes["models"] = models
    return config


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Bring the database up to that revision."""
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Take the database back to that revision (`base` is an empty database)."""
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), revision)


def revision(engine: sa.Engine) -> str:
    """The schema that the database has, or nothing where it has none."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def is_current(engine: sa.Engine) -> bool:
    """Whether the database has the schema of this version."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    return revision(engine) == head
