"""`heldout course add-assignment`: an assignment of this site, set in one of its courses."""

from __future__ import annotations

import click

from webapp.cli.this_site import data_option, one_sentence, this_site


@click.command("add-assignment")
@click.argument("slug")
@click.argument("assignment")
@click.option("--opens", default="", metavar="TIME", help="2027-01-11T09:00, on its clock.")
@click.option("--due", default="", metavar="TIME", help="2027-01-15T23:59, on its clock.")
@data_option
def add_assignment(slug: str, assignment: str, *, opens: str, due: str) -> None:
    """Set ASSIGNMENT, which was proved sound, in the course SLUG after all others.

    Without times it is open at once and never due.
    """
    from webapp.audit.record import CommandLine
    from webapp.base.database import Missing
    from webapp.courses.queries import course_called
    from webapp.settings import operations
    from webapp.settings.catalogue import NotAddable
    from webapp.settings.changes import SettingsRefused
    from webapp.settings.values import when

    try:
        with one_sentence(), this_site() as session:
            course = course_called(session, slug)
            opens_at, due_at = when(opens, course.time_zone), when(due, course.time_zone)
            actor = CommandLine(course.id)
            added = operations.add_assignment(
                session, actor, assignment, opens_at=opens_at, due_at=due_at
            )
            click.echo(f"{added.title} is in {course.title}, for {added.points:g} points.")
    except Missing:
        raise click.UsageError(f"there is no course {slug}: see `heldout course list`") from None
    except (SettingsRefused, NotAddable) as error:
        raise click.ClickException(str(error)) from None
