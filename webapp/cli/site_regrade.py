"""`heldout regrade --site`: the same over a site's API, where the site's workers grade."""

from __future__ import annotations

import time
from typing import Any

import click

from webapp.cli.site_client import Site, on_site
from webapp.models import Scope
from webapp.site.submit_client import SubmitError

_POLL_SECONDS = 1.0
_SHOWN = 50


def regrade_on_site(
    site: str, course: str, assignment: str, *, scope: Scope, section: str, then: str | None
) -> None:
    """Start a regrade or go on with the open one, show who changes, and finish it if asked to."""
    path = ("courses", course, "staff", "assignments", assignment, "regrade")
    with on_site(site, f"{course} {assignment}") as api:
        found = _open(api, path)
        if found is None:
            found = api.post(*path, body={"scope": scope.value, "section": section})
        found = _waited(api, path, found)
        _show(found)
        if then is None:
            click.echo("Students see none of it yet: run this again with --publish or --discard.")
            return
        outcome = api.post(*path, then, body={"regrade": found["regrade"]})
    if then == "publish":
        click.echo(f"{outcome['published']} new results are published.")
    else:
        click.echo("The regrade is discarded: every score is as it was.")


def _open(api: Site, path: tuple[str, ...]) -> dict[str, Any] | None:
    try:
        return api.get(*path)
    except SubmitError as error:
        if error.code != 404:  # 404: none is open, or there is no such assignment
            raise
        return None


def _waited(api: Site, path: tuple[str, ...], found: dict[str, Any]) -> dict[str, Any]:
    """Ask until nothing of it waits or runs, with a bar on a terminal."""
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    if not found["running"]:
        return found
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("Regrading")
        while found["running"]:
            bar.update(task, total=found["total"], completed=found["done"])
            time.sleep(_POLL_SECONDS)
            found = api.get(*path)
        bar.update(task, total=found["total"], completed=found["done"])
    return found


def _show(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    changes = found["changes"]
    table = Table("Student", "Submission", "Before", "After")
    for change in changes[:_SHOWN]:
        before, after = ("–" if change[k] is None else f"{change[k]:g}" for k in ("old", "new"))
        table.add_row(escape(change["name"]), str(change["submission"]), before, after)
    if changes:
        Console().print(table)
    rest = f", the first {_SHOWN} are shown" if len(changes) > _SHOWN else ""
    click.echo(f"{len(changes)} of {found['done']} change{rest}.")
    if found["stopped"]:
        click.echo(f"{found['stopped']} could not be graded because of faults of ours.")
