"""Backups: one file with everything, made while the service runs, verified before it is believed.

A backup is a ZIP archive of `manifest.json`, the database (an SQLite file, or PostgreSQL's custom
dump) and, unless left out, the secret seed and the data folder's secrets: without the one the same
work would meet other hidden inputs and receipts could not be replayed, without the others no
password would fit any more. The database holds password hashes and students' work already, so the
file is as secret as they are, and only its owner can read it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import sqlalchemy as sa

from webapp import migrations
from webapp.assignments.packed import FolderRefused, from_zip
from webapp.base.clock import now
from webapp.base.data_folder import SECRETS, keep_private, write_private
from webapp.base.database import make_engine
from webapp.rendering.shelf import RENDERINGS
from webapp.service import postgresql_dump

FORMAT = 1
_DATABASE, _MANIFEST, _SEED = "database", "manifest.json", "seed"
# The files of the data folder that belong to the database, by what they hold.
_PRIVATE = {_SEED: "another seed", SECRETS: "other secrets"}
_CHUNK = 1024 * 1024


class BackupError(Exception):
    """A backup cannot be made, is not sound, or cannot be restored: one sentence."""


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself; `rows` counts each table, `sha256` is of the database."""

    format: int
    made_at: str
    dialect: str
    revision: str
    sha256: str
    rows: dict[str, int]
    seed: bool
    secrets: bool = False


def make(database_url: str, data: Path, file: Path, *, with_seed: bool = True) -> Manifest:
    """Write a backup and verify it; FILE appears whole or not at all. Raises BackupError."""
    if data.exists():
        keep_private(data)
    engine = make_engine(database_url)
    try:
        with _scratch(file.resolve().parent) as folder:
            copy = folder / _DATABASE
            rows = _copy(engine, copy)
            private = _private_of(data) if with_seed else {}
            manifest = Manifest(
                FORMAT,
                now().isoformat(timespec="seconds"),
                engine.dialect.name,
                migrations.revision(engine),
                _sha256(copy),
                rows,
                seed=_SEED in private,
                secrets=SECRETS in private,
            )
            aside = folder / "backup"
            _pack(aside, manifest, copy, private)
            verify(aside)
            os.replace(aside, file)
    finally:
        engine.dispose()
    return manifest


def verify(file: Path) -> Manifest:
    """Read a whole backup and check what it says of itself; raises BackupError."""
    with _scratch(file.resolve().parent) as folder:
        return _unpacked(file, folder)[0]


def restore(file: Path, database_url: str, data: Path, *, force: bool = False) -> Manifest:
    """Put a backup in place of the database, all or nothing; raises BackupError.

    Every session has ended then: some were ended after the backup was made.
    What is there already is only replaced with `force`, and never while somebody uses it.
    """
    keep_private(data)
    with _scratch(data) as folder:
        manifest, copy, private = _unpacked(file, folder)
        url = sa.make_url(database_url)
        if url.get_backend_name() != manifest.dialect:
            raise BackupError(
                f"The backup is of {manifest.dialect} and the database is {url.get_backend_name()}:"
                f" set HELDOUT_DATABASE_URL to a {manifest.dialect} database."
            )
        _require_agrees(data, private, force=force)
        if manifest.dialect == "sqlite":
            _end_sessions(copy)
            _put_in_place(copy, Path(url.database or ""), force=force)
        else:
            postgresql_dump.restore(database_url, copy, force=force)
        for name, content in private.items():
            write_private(data / name, content)
        # Pages that were made of what the database held before.
        shutil.rmtree(data / RENDERINGS, ignore_errors=True)
    return manifest


def _copy(engine: sa.Engine, target: Path) -> dict[str, int]:
    """A consistent copy of a database that others are writing to, and its rows by table."""
    if engine.dialect.name == "postgresql":
        return postgresql_dump.dump(engine, target)
    if engine.dialect.name != "sqlite" or not engine.url.database:
        raise BackupError(f"A {engine.dialect.name} database cannot be backed up.")
    if not Path(engine.url.database).exists():
        raise BackupError(f"There is no database {engine.url.database}.")
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(engine.url.database)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        # A file of its own, without a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        return _rows(copy)


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    count = "SELECT count(*) FROM {}"
    return {name: connection.execute(count.format(f'"{name}"')).fetchone()[0] for (name,) in tables}


def _unpacked(file: Path, folder: Path) -> tuple[Manifest, Path, dict[str, bytes]]:
    """The manifest, the checked database and the private files of a backup."""
    copy = folder / f"{_DATABASE}.unpacked"
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = msgspec.json.decode(archive.read(_MANIFEST), type=Manifest)
            if manifest.format != FORMAT:
                raise BackupError(f"The backup's format is {manifest.format}, expected {FORMAT}.")
            copy.touch(mode=0o600)
            with archive.open(_DATABASE) as packed, copy.open("wb") as target:
                shutil.copyfileobj(packed, target, _CHUNK)
            there = {_SEED: manifest.seed, SECRETS: manifest.secrets}
            private = {name: archive.read(name) for name in _PRIVATE if there[name]}
    except (zipfile.BadZipFile, KeyError, EOFError, msgspec.DecodeError):
        raise BackupError(f"{file} is no backup of Heldout, or it is damaged.") from None
    if _sha256(copy) != manifest.sha256:
        raise BackupError(f"{file} is damaged: its database is not what its manifest says.")
    if manifest.dialect == "sqlite":
        _require_sound(copy, manifest)
    else:
        postgresql_dump.require_readable(copy)
    return manifest, copy, private


def _require_sound(copy: Path, manifest: Manifest) -> None:
    """Whole pages, no dangling row, as many rows as were counted, and every upload as hashed."""
    with closing(sqlite3.connect(copy)) as connection:
        faults = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if faults != ["ok"]:
            raise BackupError(f"The backup's database is damaged: {faults[0]}.")
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise BackupError("The backup's database has rows that refer to nothing.")
        if _rows(connection) != manifest.rows:
            raise BackupError("The backup's database has other rows than its manifest says.")
        if "contents" in manifest.rows:
            for sha256, content in connection.execute("SELECT sha256, data FROM contents"):
                if hashlib.sha256(content).hexdigest() != sha256:
                    raise BackupError(f"The backup's content {sha256} is damaged.")
        if "assignment_versions" in manifest.rows:
            _require_versions(connection)


def _require_versions(connection: sqlite3.Connection) -> None:
    """Every version of an assignment that was brought to the site holds what its digest says."""
    rows = connection.execute("SELECT assignment, digest, archive FROM assignment_versions")
    for name, digest, archive in rows:
        try:
            sound = from_zip(archive).digest == digest
        except (FolderRefused, TypeError):  # damage may leave no bytes at all
            sound = False
        if not sound:
            raise BackupError(f"The backup's version {digest[:12]} of {name} is damaged.")


def _end_sessions(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection, connection:
        if "browser_sessions" in _rows(connection):
            connection.execute("DELETE FROM browser_sessions")


def _require_agrees(data: Path, private: Mapping[str, bytes], *, force: bool) -> None:
    """Another seed would give other scores to the same work, other secrets fit no password."""
    kept = _private_of(data)
    for name, content in private.items():
        if kept.get(name, content) != content and not force:
            raise BackupError(
                f"{data / name} holds {_PRIVATE[name]} than the backup: --force replaces it."
            )


def _put_in_place(copy: Path, database: Path, *, force: bool) -> None:
    if database.exists():
        if not force:
            raise BackupError(f"There is a database {database} already: --force replaces it.")
        _require_unused(database)
    database.parent.mkdir(parents=True, exist_ok=True)
    os.replace(copy, database)


def _require_unused(database: Path) -> None:
    """Whoever has it open would go on writing to a file that is no longer there.

    Leaving the write-ahead log needs to be alone with the database, and removes the log.
    """
    with closing(sqlite3.connect(database, timeout=0)) as connection:
        try:
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except sqlite3.OperationalError:
            mode = "locked"
        except sqlite3.DatabaseError:
            return  # it is no database any more: nothing can use it
    if mode != "delete":
        raise BackupError(f"{database} is in use: stop `heldout serve` and every worker first.")


def _pack(file: Path, manifest: Manifest, database: Path, private: Mapping[str, bytes]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
            archive.write(database, _DATABASE)
            for name, content in private.items():
                archive.writestr(name, content)
        target.flush()
        os.fsync(target.fileno())


def _private_of(data: Path) -> dict[str, bytes]:
    return {name: (data / name).read_bytes() for name in _PRIVATE if (data / name).exists()}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _scratch(beside: Path) -> Iterator[Path]:
    """A private folder on the same disk, so that what it holds can be moved into place."""
    with tempfile.TemporaryDirectory(prefix=".heldout-backup-", dir=beside) as name:
        yield Path(name)
