"""`heldout course`: the courses of the site on this machine."""

from __future__ import annotations

import json

import click

from webapp.cli import course_assignments, terms
from webapp.cli.this_site import data_option, one_sentence, this_site

_KEYS = ("slug", "title", "term", "state", "students")


@click.group()
def course() -> None:
    """The courses of this site: made, listed, copied, archived and deleted."""


@course.command()
@click.argument("slug")
@click.option("--title", required=True, help="What the course is called.")
@click.option("--term", required=True, help="Such as “Spring 2027”.")
@click.option("--timezone", required=True, help="The course's clock, such as Europe/Berlin.")
@click.option("--starts", default="", metavar="DATE", help="The first day, such as 2027-01-11.")
@click.option(
    "--instructor",
    default="",
    metavar="EMAIL",
    help="Who teaches it, also as “Name <email>”; an account is made where there is none.",
)
@data_option
def create(
    slug: str, *, title: str, term: str, timezone: str, starts: str, instructor: str
) -> None:
    """Make a course; SLUG is its short name in addresses and commands, such as dl-2027.

    Prints a one-time link to set a password where the instructor has none.
    """
    from webapp.administration.new_course import CourseRefused, TypedCourse, read_course
    from webapp.administration.operations import create_course
    from webapp.audit.record import SiteActor
    from webapp.base.config import site_address

    typed = TypedCourse(slug, title, term, timezone, starts_on=starts, instructor=instructor)
    try:
        new = read_course(typed)
        with one_sentence(), this_site() as session:
            made = create_course(session, SiteActor(None), new)
            click.echo(f"{made.course.slug}: {made.course.title}, {made.course.term}")
            if made.invited is not None:
                who = f"{made.invited.name} <{made.invited.email}>"
                click.echo(f"{who}: {made.invited.address(site_address())}")
    except CourseRefused as error:
        raise click.UsageError(str(error)) from None


@course.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write the courses as a JSON list.")
@data_option
def list_courses(as_json: bool) -> None:
    """List the site's courses, archived ones last."""
    from webapp.administration.queries import every_course

    with one_sentence(), this_site() as session:
        found = every_course(session)
    if as_json:
        click.echo(json.dumps([{key: getattr(each, key) for key in _KEYS} for each in found]))
    elif found:
        for line in _columns([[str(getattr(each, key)) for key in _KEYS] for each in found]):
            click.echo(line)
    else:
        click.echo("There is no course yet: make one with `heldout course create`.", err=True)


def _columns(rows: list[list[str]]) -> list[str]:
    """The rows under their names, each column as wide as its widest text."""
    table = [list(_KEYS), *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    cells = ([text.ljust(width) for text, width in zip(row, widths, strict=True)] for row in table)
    return ["  ".join(row).rstrip() for row in cells]


for _command in (
    course_assignments.add_assignment,
    terms.copy,
    terms.archive,
    terms.take_back,
    terms.delete,
):
    course.add_command(_command)
