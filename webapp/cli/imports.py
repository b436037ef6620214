"""`heldout import`: a folder, an archive or an nbgrader tree becomes the course's submissions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy.orm import Session

from webapp.cli.regrade import course_assignment, service_database
from webapp.models import CourseAssignment

if TYPE_CHECKING:
    from webapp.imports.matching import Found


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
    help="When work that comes without a time of its own counts as handed in: now, due (the due "
    "time) or a time like 2026-02-04T17:00.",
    show_default=True,
)
def import_work(
    course: str, assignment: str, paths: tuple[Path, ...], preview: bool, received: str
) -> None:
    """Hand in the notebooks below each PATH for the students that they are named after.

    PATH may be the archive of submissions that Canvas, Moodle, Blackboard or Gradescope lets staff
    download, as it is. Otherwise a file, or its folder in an nbgrader tree, is named by the
    student's e-mail address, the part before the @, the name or the number. Work that is there
    already is not handed in again, so the same command can be repeated after it was broken off.
    """
    from webapp.audit.record import CommandLine
    from webapp.base.typed_times import NoMoment
    from webapp.grading.library import GraderLibrary
    from webapp.imports import operations, times
    from webapp.imports.matching import ImportRefused, gather

    with service_database() as engine, Session(engine) as session:
        item = course_assignment(session, course, assignment)
        try:
            received_at = times.chosen(received, item)
            parse = GraderLibrary().parse_notebook
            gathered = gather(session, item, paths, parse, received_at=received_at)
            for found in gathered:
                if found.error:
                    click.echo(f"{found.source.source}: {found.error}")
            if preview:
                _show(session, item, gathered)
                return
            actor, name = CommandLine(item.course_id), paths[0].name
            kept = operations.keep_import(session, actor, item, gathered=gathered, filename=name)
            taken = operations.take_import(session, actor, item, number=kept.id)
        except (ImportRefused, NoMoment, operations.NotOpen) as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{taken.sentence}.")


def _show(session: Session, item: CourseAssignment, gathered: Sequence[Found]) -> None:
    """Whose each file is, and how late it would be."""
    from webapp.base.clock import full_date
    from webapp.imports.queries import previewed

    for one in previewed(session, item, gathered):
        when = full_date(one.received_at, item.course.time_zone)
        late = f", {one.worth.days_late} days late" if one.worth.late else ""
        click.echo(f"{one.source}: {one.email}, as of {when}{late}")
