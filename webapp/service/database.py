"""The database of a site as a process or a command that starts finds it: with today's tables."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from webapp import migrations
from webapp.base.config import Settings
from webapp.base.data_folder import keep_private
from webapp.base.database import make_engine


def prepare_database(settings: Settings) -> None:
    """Bring the database up to this version; an embedded one is its owner's alone."""
    keep_private(settings.data)
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        # The files that SQLite makes beside it get the same mode.
        database = Path(url.database)
        database.touch(mode=0o600)
        for file in (database, *database.parent.glob(f"{database.name}-*")):
            file.chmod(0o600)
    engine = make_engine(settings.database_url)
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()
