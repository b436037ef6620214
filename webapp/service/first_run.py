"""A site's first run: its private folder with secrets, seed and database.

A second run changes nothing, and what a run that was stopped left out is made by the next.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from autograder.seeds import secret_seed
from webapp.base.config import Settings, data_folder, database_url, embedded_database
from webapp.base.data_folder import (
    SECRETS,
    DataFolderError,
    ensure_secrets,
    make_private_folder,
)
from webapp.base.database import make_engine
from webapp.base.environment import PASSWORD_SALT, SECRET_KEY
from webapp.service.database import prepare_database

_DATABASE, _SEED = "heldout.sqlite", "seed"
_FILES = (SECRETS, _SEED, _DATABASE, f"{_DATABASE}-wal", f"{_DATABASE}-shm")


def require_usable(data: Path) -> None:
    """Raise DataFolderError where the folder holds other things, which are not to be mixed in."""
    if data.exists() and not data.is_dir():
        raise DataFolderError(f"{data} is a file, expected a folder.")
    if not data.exists():
        return
    found = {path.name for path in data.iterdir()}
    left_over = {name for name in found if name.startswith((f".{SECRETS}.", f".{_SEED}."))}
    if found - left_over and not found & set(_FILES):
        raise DataFolderError(
            f"{data} holds other things and nothing of a site: choose an empty or a new folder"
            " with --data."
        )


def make_ready() -> Settings:
    """Everything that `heldout serve` needs, in the data folder; raises DataFolderError."""
    data = data_folder()
    make_private_folder(data)
    if not (SECRET_KEY.read() and PASSWORD_SALT.read()):
        ensure_secrets(data)
    settings = Settings.from_environment()
    secret_seed(data / _SEED)
    prepare_database(settings)
    return settings


def has_administrator() -> bool:
    """Whether somebody looks after the site already; nothing is made to find out."""
    url = database_url()
    if url == embedded_database(data_folder()) and not (data_folder() / _DATABASE).exists():
        return False
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            known = sa.inspect(connection)
            if not known.has_table("users"):
                return False
            if not any(c["name"] == "is_administrator" for c in known.get_columns("users")):
                return False
            users = sa.table("users", sa.column("id"), sa.column("is_administrator", sa.Boolean()))
            found = sa.select(users.c.id).where(users.c.is_administrator).limit(1)
            return connection.scalar(found) is not None
    finally:
        engine.dispose()
