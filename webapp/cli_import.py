"""`heldout import`: a folder, an archive or an nbgrader tree becomes the course's submissions."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session

from webapp.cli_course import course_assignment, service_database


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
def import_work(course: str, assignment: str, paths: tuple[Path, ...], preview: bool) -> None:
    """Hand in the notebooks below each PATH for the students that they are named after.

    A file, or its folder in an nbgrader tree, is named by the student's e-mail address, the part
    before the @, the name or the number. Work that is there already is not handed in again, so the
    same command can be repeated after it was broken off.
    """
    from webapp import audit, imports
    from webapp.import_matching import ImportRefused, gather
    from webapp.tools import Tools

    with service_database() as engine, Session(engine) as session:
        item = course_assignment(session, course, assignment)
        try:
            gathered = gather(session, item, paths, Tools().parse_notebook)
            found = imports.keep(session, item, gathered, filename=paths[0].name, actor_id=None)
        except ImportRefused as error:
            raise click.ClickException(str(error)) from None
        listed = imports.items(session, found)
        for refused in (entry for entry in listed if entry.error):
            click.echo(f"{refused.source}: {refused.error}")
        if preview:
            for entry in (entry for entry in listed if not entry.error):
                click.echo(f"{entry.source}: {entry.user.email if entry.user else ''}")
            session.rollback()
            return
        session.commit()
        taken = imports.take_in(session, found)
        left = sum(1 for entry in listed if entry.error)
        said = f"{taken.new} handed in, {taken.same} were there already, {left} not taken in."
        audit.record_command(
            session,
            item.course_id,
            "import work",
            subject=f"import {found.id} of {item.assignment}",
            outcome=said,
        )
        session.commit()
    click.echo(said)
