"""PostgreSQL's own dump and restore, from one snapshot, in one transaction."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from webapp.base.database import make_engine

_LOCK_SECONDS = 10
_SESSIONS = "browser_sessions"


class DumpError(Exception):
    """PostgreSQL's tools are missing or refused: one sentence."""


def dump(engine: sa.Engine, target: Path) -> dict[str, int]:
    """Write a custom dump of one moment and count its rows by table."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one()
        target.touch(mode=0o600)
        arguments = ["--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}"]
        _run("pg_dump", engine.url, arguments)
        names = sa.inspect(connection).get_table_names()
        return {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(sa.table(name))
            ).scalar_one()
            for name in sorted(names)
        }


def restore(database_url: str, source: Path, *, force: bool) -> None:
    """Put a dump into the database, all or nothing; tables there are replaced only with `force`.

    Then every session that was in it is ended.
    """
    engine = make_engine(database_url)
    try:
        tables = sa.inspect(engine).get_table_names()
        if tables and not force:
            raise DumpError(
                f"The database has {len(tables)} tables already: --force replaces them."
            )
        arguments = ["--exit-on-error", "--single-transaction", "--no-owner"]
        arguments += ["--clean", "--if-exists"] if tables else []
        name = engine.url.database or ""
        _run("pg_restore", engine.url, [*arguments, f"--dbname={name}", str(source)])
        _end_sessions(engine)
    finally:
        engine.dispose()


def _end_sessions(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        if sa.inspect(connection).has_table(_SESSIONS):
            connection.execute(sa.delete(sa.table(_SESSIONS)))


def require_readable(source: Path) -> None:
    """Raise DumpError unless pg_restore can read the dump to its end."""
    _run("pg_restore", None, ["--file=/dev/null", str(source)])


def _run(tool: str, url: sa.URL | None, arguments: Sequence[str]) -> None:
    """Run a tool of PostgreSQL's; the password goes through its environment, not the arguments."""
    path = shutil.which(tool)
    if path is None:
        raise DumpError(f"{tool} is not installed: install PostgreSQL's client programs.")
    done = subprocess.run(
        [path, "--no-password", *arguments] if url is not None else [path, *arguments],
        env={**os.environ, **(_connection(url) if url is not None else {})},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise DumpError(f"{tool} failed: {said[:300]}")


def _connection(url: sa.URL) -> dict[str, str]:
    host = url.host or url.query.get("host")
    found = {
        "PGHOST": host if isinstance(host, str) else None,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        # Whoever still uses the database is not waited for without end.
        "PGOPTIONS": f"-c lock_timeout={_LOCK_SECONDS}s",
    }
    return {key: str(value) for key, value in found.items() if value}
