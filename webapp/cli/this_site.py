"""What commands on the site's own machine share: its folder, its database, and one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from webapp.base.config import Settings, SettingsError
from webapp.base.data_folder import DataFolderError, private_files
from webapp.base.environment import DATA
from webapp.service.serve import ServeError


@contextmanager
def one_sentence() -> Iterator[None]:
    """Whatever an administrator can mend ends the command with one sentence.

    What the command writes is its owner's alone.
    """
    from webapp.demo.course import DemoError
    from webapp.models import CourseArchived
    from webapp.roster.text import RosterError

    try:
        with private_files():
            yield
    except (SettingsError, DataFolderError, ServeError, DemoError, RosterError) as error:
        raise click.ClickException(str(error)) from None
    except CourseArchived as error:
        raise click.ClickException(str(error)) from None
    except OperationalError as error:
        raise click.ClickException(f"The database cannot be used: {error.orig}.") from None
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise click.ClickException(f"{error.strerror or error}{where}.") from None


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--data DIR`, which is HELDOUT_DATA for this one command."""
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        expose_value=False,
        is_eager=True,
        callback=_keep_data,
        help=f"The site's folder; {DATA.default}, or what {DATA.name} says, unless given.",
    )(command)


def _keep_data(context: click.Context, _parameter: click.Parameter, folder: Path | None) -> None:
    if folder is None:
        return
    before = os.environ.get(DATA.name)
    os.environ[DATA.name] = str(folder.resolve())

    @context.call_on_close
    def put_back() -> None:
        if before is None:
            del os.environ[DATA.name]
        else:
            os.environ[DATA.name] = before


@contextmanager
def this_site() -> Iterator[Session]:
    """The site's database, up to date, and its application to make links with."""
    from webapp import create_app
    from webapp.base.database import db
    from webapp.service.database import prepare_database

    settings = Settings.from_environment()
    prepare_database(settings)
    with create_app(settings).app_context():
        yield db.session
