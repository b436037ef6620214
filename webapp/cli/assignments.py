"""`heldout assignment`: the assignments of the site on this machine."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy.orm import Session

from webapp.cli.this_site import data_option, one_sentence, this_site

if TYPE_CHECKING:
    from webapp.versions.queries import Numbered, SiteAssignment

_KEYS = ("assignment", "title", "versions", "in_use", "newest", "placed")
_POLL_SECONDS = 0.5


@click.group()
def assignment() -> None:
    """Bring assignments to this site, list them, and choose the version in use."""


@contextmanager
def _site() -> Iterator[Session]:
    """This site's database; what is refused there is one sentence."""
    from webapp.assignments.packed import FolderRefused
    from webapp.base.database import Missing
    from webapp.versions.operations import VersionRefused

    try:
        with one_sentence(), this_site() as session:
            yield session
    except (FolderRefused, VersionRefused) as error:
        raise click.ClickException(str(error)) from None
    except Missing:
        raise click.ClickException(
            "The site has no such version: `heldout assignment list` shows what it has."
        ) from None


@assignment.command()
@click.argument("path", metavar="FOLDER_OR_ZIP", type=click.Path(exists=True, path_type=Path))
@click.option("--use", is_flag=True, help="Put it in use if it is proved sound.")
@click.option("--no-wait", is_flag=True, help="Leave the proof to the site's workers.")
@data_option
def add(path: Path, *, use: bool, no_wait: bool) -> None:
    """Bring an assignment to the site as a new version, and prove it sound.

    Its checks are trusted: they run with the grader's rights and can read every course. Exit
    status 1 when it is not sound.
    """
    from webapp.assignments.packed import from_folder, from_zip
    from webapp.audit.record import SiteActor
    from webapp.versions.operations import bring, put_in_use

    if use and no_wait:
        raise click.UsageError("--use needs the proof, which --no-wait does not wait for.")
    with _site() as session:
        packed = from_folder(path) if path.is_dir() else from_zip(path.read_bytes(), path.name)
        brought = bring(session, SiteActor(None), packed)
        name, number = packed.id, brought.number
        click.echo(f"{name}: version {number} is brought, {brought.version.title}")
        if no_wait:
            return
        sound = _proved(session, name, number)
        if sound and use:
            put_in_use(session, SiteActor(None), name, number)
            click.echo(f"Version {number} of {name} is in use.")
        elif sound:
            click.echo(f"Next: heldout assignment use {name} {number}")
    if not sound:
        sys.exit(1)


def _proved(session: Session, name: str, number: int) -> bool:
    """Prove it here, or wait for the worker that was quicker; say what was found."""
    from concurrent.futures import ThreadPoolExecutor

    from autograder.cli.doctor import refuse_without_sandbox
    from webapp.base.config import database_url
    from webapp.base.database import make_engine
    from webapp.versions.work import prove_one

    refuse_without_sandbox()
    found = _of(session, name, number)
    engine = make_engine(database_url())
    owner = f"command line {os.getpid()}"
    with ThreadPoolExecutor(1) as executor, _bar(name) as show:
        work = executor.submit(prove_one, engine, owner, only=found.version.id)
        # Whatever stops the proof here is raised by its result.
        while not work.done() or (work.result() is not None and found.version.open):
            time.sleep(_POLL_SECONDS)
            found = _of(session, name, number)
            show(found.version.report)
    engine.dispose()
    return _say_what_was_found(found)


def _of(session: Session, name: str, number: int) -> Numbered:
    """The version as the database has it now."""
    from webapp.versions.queries import version_numbered

    session.rollback()
    session.expire_all()
    return version_numbered(session, name, number)


@contextmanager
def _bar(name: str) -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    quiet = not console.is_terminal
    with Progress(*columns, console=console, disable=quiet, transient=True) as bar:
        task = bar.add_task(f"proving {name}", total=None)
        yield lambda r: bar.update(task, completed=r.get("done", 0), total=r.get("total") or None)


def _say_what_was_found(found: Numbered) -> bool:
    from webapp.models import VersionState

    version = found.version
    claims = version.report.get("claims", [])
    for claim in claims:
        if claim["found"]:
            said = f"it should be that it {claim['claim']}, but {claim['found']}"
            click.echo(f"{claim['subject']}: {said}")
    if "error" in version.report:
        click.echo(version.report["error"])
    sound = version.state == VersionState.SOUND
    held = sum(not claim["found"] for claim in claims)
    words = "proved sound" if sound else "not proved sound"
    click.echo(f"Version {found.number} is {words}: {held} of {len(claims)} claims hold.")
    return sound


@assignment.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write them as a JSON list.")
@data_option
def list_assignments(as_json: bool) -> None:
    """List what was brought to the site and what lies in the shared folder."""
    from webapp.versions.queries import site_assignments

    with _site() as session:
        rows = [_row(each) for each in site_assignments(session)]
    if as_json:
        click.echo(json.dumps(rows))
        return
    if not rows:
        click.echo("There is no assignment yet: bring one with `heldout assignment add`.", err=True)
    for row in rows:
        if row["in_use"]:
            graded = f"version {row['in_use']} is in use"
        else:
            graded = "the shared folder's is in use" if row["placed"] else "nothing is in use"
        newest = f", version {row['versions']} is {row['newest']}" if row["versions"] else ""
        click.echo(f"{row['assignment']}  {row['title']}: {graded}{newest}")


def _row(each: SiteAssignment) -> dict[str, Any]:
    newest = each.newest
    values = (
        *(each.id, each.title, newest.number if newest else 0, each.used),
        *(str(newest.version.state) if newest else None, each.placed),
    )
    return dict(zip(_KEYS, values, strict=True))


@assignment.command()
@click.argument("name", metavar="ID")
@click.argument("version")
@data_option
def use(name: str, version: str) -> None:
    """Grade ID with VERSION from now on: a number, or `placed` for the shared folder's.

    What was graded keeps its results until its course is regraded.
    """
    from webapp.audit.record import SiteActor
    from webapp.versions.operations import put_in_use, use_placed

    if version != "placed" and not (version.isascii() and version.isdigit() and len(version) < 9):
        raise click.UsageError(f"{version!r} is no version: give its number, or placed.")
    with _site() as session:
        if version == "placed":
            use_placed(session, SiteActor(None), name)
            click.echo(f"The shared folder's {name} is in use.")
        else:
            put_in_use(session, SiteActor(None), name, int(version))
            click.echo(f"Version {int(version)} of {name} is in use.")
    click.echo(f"What was graded keeps its results: heldout regrade COURSE {name} grades again.")
