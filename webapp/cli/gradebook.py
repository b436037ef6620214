"""`heldout gradebook`: a course as an nbgrader gradebook, and what was graded there back."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.cli.regrade import service_database
from webapp.models import Course, Enrolment, Role

_FILE = click.Path(dir_okay=False, path_type=Path)
_SHOWN = 50


@click.group()
def gradebook() -> None:
    """A course as an nbgrader gradebook, there and back."""


@gradebook.command("export")
@click.argument("course")
@click.argument("file", type=_FILE)
def export_gradebook(course: str, file: Path) -> None:
    """Write every attempt that counts to FILE, which nbgrader reads; the file may exist."""
    from autograder.nbgrader.gradebook import GradebookError
    from webapp.gradebook.to_nbgrader import export_course

    with service_database() as engine, Session(engine) as session:
        try:
            exported = export_course(session, _course(session, course), file)
        except GradebookError as error:
            raise click.ClickException(f"{error}.") from None
    click.echo(f"{exported} graded attempts are in {file}.")


@gradebook.command("import")
@click.argument("course")
@click.argument("file", type=_FILE)
@click.option("--preview", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--as", "email", default="", help="Whose points they are; else an instructor's.")
def import_gradebook(course: str, file: Path, preview: bool, email: str) -> None:
    """Take points and comments of written answers from FILE, an nbgrader gradebook."""
    from autograder.nbgrader.gradebook import GradebookError
    from autograder.nbgrader.gradebook_reading import read_gradebook
    from webapp.audit.record import CommandLine
    from webapp.gradebook import operations
    from webapp.gradebook.from_nbgrader import compare

    with service_database() as engine, Session(engine) as session:
        found = _course(session, course)
        try:
            comparison = compare(session, found, read_gradebook(file))
        except GradebookError as error:
            raise click.ClickException(f"{error}.") from None
        for change in comparison.changes[:_SHOWN]:
            before = "–" if change.old is None else f"{change.old:g}"
            where = f"{change.name}, {change.question} of {change.assignment}"
            click.echo(f"{where}: {before} → {change.new:g}")
        for sentence in comparison.problems[:_SHOWN]:
            click.echo(f"Not taken: {sentence}")
        if not preview:
            operations.take_gradebook_file(
                session,
                CommandLine(found.id),
                changes=comparison.changes,
                grader_id=_grader(session, found, email),
                filename=file.name,
            )
    counts = f"{comparison.same} the same, {len(comparison.problems)} not taken"
    verb = "would change" if preview else "changed"
    click.echo(f"{len(comparison.changes)} {verb}, {counts}.")


def _course(session: Session, slug: str) -> Course:
    found = session.scalar(sa.select(Course).where(Course.slug == slug))
    if found is None:
        known = ", ".join(session.scalars(sa.select(Course.slug))) or "none"
        raise click.ClickException(f"There is no course {slug!r}; known: {known}.")
    return found


def _grader(session: Session, course: Course, email: str) -> int:
    staff = (
        sa.select(Enrolment)
        .join(Enrolment.user)
        .where(Enrolment.course_id == course.id, Enrolment.role != Role.STUDENT)
        .order_by(Enrolment.role.desc(), Enrolment.id)
    )
    found = [row for row in session.scalars(staff) if email in ("", row.user.email)]
    if not found:
        who = email or "Nobody"
        raise click.ClickException(f"{who} is not on the staff of {course.slug}.")
    return found[0].user_id
