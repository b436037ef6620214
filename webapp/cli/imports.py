"""`heldout import`: a folder, an archive or an nbgrader tree becomes the course's submissions."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session

from webapp.cli.regrade import course_assignment, service_database


@click.command("import")
@click.argument("course")
@click.argument("assignment")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH...",
)
@click.option("--preview", is_flag=True, help="Only show what would be taken in, and for whom.")
@click.option(
    "--received",
    default="now",
    metavar="WHEN",
    help="When work without a timestamp.txt counts as handed in: now, due (the due time) or a time "
    "like 2026-02-04T17:00.",
    show_default=True,
)
def import_work(
    course: str, assignment: str, paths: tuple[Path, ...], preview: bool, received: str
) -> None:
    """Hand in the notebooks below each PATH for the students that they are named after.

    A file, or its folder in an nbgrader tree, is named by the student's e-mail address, the part
    before the @, the name or the number. Work that is there already is not handed in again, so the
    same command can be repeated after it was broken off.
    """
    from webapp.audit.record import record_command
    from webapp.base.clock import written
    from webapp.base.typed_times import NoMoment
    from webapp.grading.tools import Tools
    from webapp.imports import operations as take_in
    from webapp.imports import times
    from webapp.imports.matching import ImportRefused, gather

    with service_database() as engine, Session(engine) as session:
        item = course_assignment(session, course, assignment)
        try:
            received_at = times.chosen(received, item)
            parse = Tools().parse_notebook
            gathered = gather(session, item, paths, parse, received_at=received_at)
            found = take_in.keep(session, item, gathered, filename=paths[0].name, actor_id=None)
        except (ImportRefused, NoMoment) as error:
            raise click.ClickException(str(error)) from None
        listed = take_in.items(session, found)
        for refused in (entry for entry in listed if entry.error):
            click.echo(f"{refused.source}: {refused.error}")
        if preview:
            for one in (one for one in take_in.listed(session, found) if not one.item.error):
                email = one.item.user.email if one.item.user else ""
                when = written(one.received_at, item.course.time_zone)
                late = f", {one.worth.days_late} days late" if one.worth.late else ""
                click.echo(f"{one.item.source}: {email}, as of {when}{late}")
            session.rollback()
            return
        session.commit()
        taken = take_in.take_in(session, found)
        left = sum(1 for entry in listed if entry.error)
        said = f"{taken.sentence}, {left} not taken in."
        record_command(
            session,
            item.course_id,
            "import work",
            subject=f"import {found.id} of {item.assignment}",
            outcome=said,
        )
        session.commit()
    click.echo(said)
