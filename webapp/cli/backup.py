"""`heldout backup` and `heldout restore`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from webapp.base.config import data_folder, database_url
from webapp.base.data_folder import DataFolderError, private_files
from webapp.cli.this_site import data_option


@contextmanager
def _one_sentence() -> Iterator[None]:
    from webapp.service.backup import BackupError
    from webapp.service.postgresql_dump import DumpError

    try:
        with private_files():
            yield
    except (BackupError, DumpError, DataFolderError) as error:
        raise click.ClickException(str(error)) from None
    except DBAPIError as error:
        raise click.ClickException(f"The database cannot be used: {error.orig}.") from None
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise click.ClickException(f"{error.strerror or error}{where}.") from None


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-seed", is_flag=True, help="Leave the seed and the secrets out.")
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@data_option
def backup(file: Path, without_seed: bool, force: bool) -> None:
    """Write everything into FILE while the service runs, and verify it.

    FILE holds password hashes, students' work, the secret seed and the site's secrets: only its
    owner can read it.
    """
    from webapp.service.backup import make

    if file.exists() and not force:
        raise click.ClickException(f"{file} is there already: --force replaces it.")
    with _one_sentence():
        manifest = make(database_url(), data_folder(), file, with_seed=not without_seed)
    rows = sum(manifest.rows.values())
    click.echo(f"{file}: {rows} rows in {len(manifest.rows)} tables, verified.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the database that is there.")
@click.option("--check", is_flag=True, help="Only verify FILE.")
@data_option
def restore(file: Path, force: bool, check: bool) -> None:
    """Verify FILE, then put it in place of the database, all or nothing.

    Stop the service first. A backup of an older version is brought up to date when it starts.
    """
    from webapp.service.backup import restore as put_back
    from webapp.service.backup import verify

    with _one_sentence():
        if check:
            manifest = verify(file)
        else:
            manifest = put_back(file, database_url(), data_folder(), force=force)
    done = "is sound" if check else "is restored"
    click.echo(f"{file} of {manifest.made_at} {done}: {sum(manifest.rows.values())} rows.")
