"""`heldout roster`: a roster into a course, at the machine of the site."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import click
from sqlalchemy.orm import Session

from webapp.audit.record import CommandLine
from webapp.base.config import site_address
from webapp.cli.this_site import data_option, one_sentence, this_site
from webapp.roster.plan import Plan
from webapp.roster.reading import Choice, Roster, named_columns, read_roster
from webapp.roster.text import ENCODINGS, RosterError

_KINDS = {
    "conflict": "conflict",
    "changed": "change",
    "new": "new",
    "back": "back",
}


@click.command()
@click.argument("course")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--remove-missing", is_flag=True, help="Take out students who are not in FILE.")
@click.option("--leave-conflicts", is_flag=True, help="Take in the rest where some rows cannot be.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds a field, by its heading or number: name, last_first, first, last,"
    " email, number, role, section.",
)
@click.option("--encoding", type=click.Choice(list(ENCODINGS)), help="Where the guess is wrong.")
@click.option("--no-heading", is_flag=True, help="The first row is somebody already.")
@click.option("--url", default="", help="The site's address in links.  [default: HELDOUT_SITE]")
@data_option
def roster(
    course: str,
    file: Path,
    *,
    dry_run: bool,
    remove_missing: bool,
    leave_conflicts: bool,
    columns: Sequence[str],
    encoding: str | None,
    no_heading: bool,
    url: str,
) -> None:
    """Bring the people of COURSE (its short name) up to date from FILE.

    FILE is a table of people as registrars and other systems write it. Nothing is changed where a
    row cannot be taken in. Prints a one-time link to set a password for whoever needs one.
    """
    with one_sentence():
        choice = Choice(encoding or "", False if no_heading else None, named=named_columns(columns))
        read = read_roster(file.read_bytes(), str(file), choice)
        _say_how(read)
        with this_site() as session:
            actor = _actor(session, course)
            if dry_run:
                _say_plan(session, actor, read)
            else:
                remove = None if remove_missing else ()
                _take(session, actor, read, url, remove=remove, leave_conflicts=leave_conflicts)


def _say_plan(session: Session, actor: CommandLine, read: Roster) -> None:
    from webapp.roster.operations import plan_of

    plan = plan_of(session, actor, read.people())
    for line in plan.lines:
        if line.kind != "same":
            who = line.seen if line.fault else f"{line.details.name} <{line.details.email}>"
            what = line.fault or "; ".join([*(c.words for c in line.changes), *line.notes])
            click.echo(f"{_KINDS[line.kind]:9}{who}{f': {what}' if what else ''}")
    for missing in plan.missing:
        click.echo(f"{'missing':9}{missing.details.name} <{missing.details.email}>")
    click.echo(_counted(plan))


def _take(
    session: Session,
    actor: CommandLine,
    read: Roster,
    url: str,
    *,
    remove: Collection[int] | None,
    leave_conflicts: bool,
) -> None:
    from webapp.people.link_operations import links_for, note_invited
    from webapp.roster.operations import take_roster

    taken = take_roster(
        session, actor, read.people(), remove=remove, leave_conflicts=leave_conflicts
    )
    invited = links_for(session, taken.people)
    site = (url or site_address()).rstrip("/")
    for person in invited:
        click.echo(f"{person.name} <{person.email}>: {site}/welcome/{person.token}")
    note_invited(session, [person.user_id for person in invited])
    click.echo(taken.sentence)


def _actor(session: Session, course: str) -> CommandLine:
    from webapp.people.queries import course_numbered

    number, known = course_numbered(session, course)
    if number is None:
        raise RosterError(f"There is no course {course!r}; known: {', '.join(known) or 'none'}.")
    return CommandLine(number)


def _say_how(read: Roster) -> None:
    for note in read.notes:
        click.echo(note, err=True)


def _counted(plan: Plan) -> str:
    counts = {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "as they are": len(plan.same),
        "not in the file": len(plan.missing),
        "conflicting": len(plan.conflicts),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items()) + "."
