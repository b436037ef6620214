"""Staff's commands over a site's API: `heldout extensions`, `grades`, `queue` and `publish`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from autograder.cli.files import refuse_unwritable_file, write_whole
from webapp.cli.site_client import Site, on_site
from webapp.gradebook.csv_rows import Counting, Line, scores_file

_SITE = click.option("--site", help="The site's address; else HELDOUT_SITE.")


@click.group()
def extensions() -> None:
    """More time at an assignment, on a site: list it, give it, take it back."""


@extensions.command("list")
@click.argument("course")
@click.argument("assignment")
@_SITE
def list_extensions(course: str, assignment: str, site: str | None) -> None:
    """Show who has more time at ASSIGNMENT of COURSE, until when and why."""
    with on_site(site, f"{course} {assignment}") as api:
        found = api.get(*_extensions(course, assignment))["extensions"]
    rows = [(e["name"], e["due_at"], e["reason"], e["given_by"] or "–") for e in found]
    _print(("Student", "Until", "Reason", "Given by"), rows)
    click.echo(f"{len(found)} student{'s have' if len(found) != 1 else ' has'} more time.")


@extensions.command("give")
@click.argument("course")
@click.argument("assignment")
@click.option("--until", required=True, help="2026-02-04T17:00, on the course's clock.")
@click.option("--reason", required=True, help="Why; the log keeps it.")
@click.option("--student", "emails", multiple=True, help="An e-mail address; also several.")
@click.option("--section", default="", help="Everyone of one section.")
@_SITE
def give_extensions(
    course: str,
    assignment: str,
    until: str,
    reason: str,
    emails: tuple[str, ...],
    section: str,
    site: str | None,
) -> None:
    """Give students of COURSE more time at ASSIGNMENT, each by address or a whole section."""
    with on_site(site, f"{course} {assignment}") as api:
        users = _students(api, course, emails) if emails else []
        body = {"due_at": until, "reason": reason, "users": users, "section": section}
        given = api.post(*_extensions(course, assignment), body=body)
    have = f"{given['students']} student{'s have' if given['students'] != 1 else ' has'}"
    click.echo(f"{have} more time, until {given['due_at']}.")


@extensions.command("remove")
@click.argument("course")
@click.argument("assignment")
@click.option("--student", "email", required=True, help="Whose; an e-mail address.")
@click.option("--reason", required=True, help="Why; the log keeps it.")
@_SITE
def remove_extension(
    course: str, assignment: str, email: str, reason: str, site: str | None
) -> None:
    """Let the due time of ASSIGNMENT hold again for a student of COURSE."""
    with on_site(site, f"{course} {assignment}") as api:
        (user,) = _students(api, course, (email,))
        path = _extensions(course, assignment)
        api.post(*path, str(user), "remove", body={"reason": reason})
    click.echo("The due time holds again.")


def _extensions(course: str, assignment: str) -> tuple[str, ...]:
    return ("courses", course, "staff", "assignments", assignment, "extensions")


def _students(api: Site, course: str, emails: Sequence[str]) -> list[int]:
    """The students' numbers by their addresses."""
    people = api.pages("courses", course, "staff", "roster", rows="people")
    known = {p["email"].casefold(): p["user"] for p in people if p["role"] == "student"}
    wanted = [email.strip().casefold() for email in emails]
    missing = [email for email in wanted if email not in known]
    if missing:
        raise click.UsageError(f"no student of {course} has the address {', '.join(missing)}")
    return list(dict.fromkeys(known[email] for email in wanted))


@click.command()
@click.argument("course")
@click.option("--section", default="", help="Only the students of one section.")
@click.option(
    "--csv",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the table here; else it is printed.",
)
@_SITE
def grades(course: str, section: str, file: Path | None, site: str | None) -> None:
    """Write everyone's grade in COURSE as CSV: scores, total, and whether they pass by its rule."""
    refuse_unwritable_file(file)
    path = ("courses", course, "staff", "grades")
    with on_site(site, course) as api:
        names = api.get(*path)["assignments"]
        students = list(api.pages(*path, rows="students", section=section))
    text = scores_file(names, (_line(student, names) for student in students))
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        write_whole(file, text)
    except OSError as error:
        raise click.UsageError(f"cannot write {file}: {error.strerror}") from None
    click.echo(f"{len(students)} students are in {file}.")


def _line(student: dict[str, Any], names: Sequence[str]) -> Line:
    found = (student["scores"].get(name) for name in names)
    counting = [
        a and Counting(a["score"], bool(a["waiting"]), a["attempts"], a["late"]) for a in found
    ]
    return Line(
        (student["name"], student["email"], student["section"]),
        counting,
        total=student["total"],
        possible=student["possible"],
        written_option=student["written_option"],
        passed=student["passed"],
    )


@click.command()
@click.argument("course")
@click.option("--pause", "then", flag_value="pause", help="Grade nothing more for now.")
@click.option("--resume", "then", flag_value="resume", help="Go on.")
@_SITE
def queue(course: str, then: str | None, site: str | None) -> None:
    """Show what of COURSE waits, runs or was stopped by a fault, and the site's workers."""
    path = ("courses", course, "staff", "queue")
    with on_site(site, course) as api:
        if then is not None:
            api.post(*path, "pause", body={"paused": then == "pause"})
        found = api.get(*path)
    jobs, workers = found["jobs"], found["workers"]
    keys = ("submission", "assignment", "state", "lane", "queue", "faults", "error")
    rows = [tuple(str(job[key]) for key in keys) for job in jobs]
    _print([key.capitalize() for key in keys], rows)
    _print(
        ("Worker", "At a time", "Queues", "Draining"),
        [
            (w["host"], str(w["slots"]), " ".join(w["queues"]), "yes" if w["draining"] else "no")
            for w in workers
        ],
    )
    for sentence in found["mixed"]:
        click.echo(sentence)
    dead = sum(job["state"] == "dead" for job in jobs)
    paused = "Grading is paused: " if found["paused"] else ""
    click.echo(f"{paused}{len(jobs) - dead} wait or run, {dead} were stopped by a fault.")


@click.command()
@click.argument("course")
@click.argument("assignment")
@click.option("--hide", is_flag=True, help="Hide them until they are published again.")
@_SITE
def publish(course: str, assignment: str, hide: bool, site: str | None) -> None:
    """Show the students of COURSE their results of ASSIGNMENT now, whatever its rule."""
    path = ("courses", course, "staff", "assignments", assignment, "results")
    with on_site(site, f"{course} {assignment}") as api:
        found = api.post(*path, "hide" if hide else "publish")
    click.echo(found["sentence"])
    if found["shown"] and (found["unread"] or found["waiting"]):
        click.echo(
            f"Not done yet: written answers of {found['unread']} students are unread, and "
            f"{found['waiting']} attempts are not graded. --hide takes it back."
        )


def _print(head: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    if not rows:
        return
    table = Table(*head)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Console().print(table)
