"""`heldout course copy`, `archive`, `take-back` and `delete`: what becomes of a course."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from webapp.cli.this_site import data_option, one_sentence, this_site

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from webapp.models import Course


@contextmanager
def _course(slug: str) -> Iterator[tuple[Session, Course]]:
    """The course of this site; what was mistyped or cannot be ends the command in a sentence."""
    from webapp.administration.new_course import CourseRefused
    from webapp.base.database import Missing
    from webapp.courses.queries import course_called
    from webapp.terms.operations import NotConfirmed, WorkWaits

    try:
        with one_sentence(), this_site() as session:
            yield session, course_called(session, slug)
    except Missing:
        raise click.UsageError(f"there is no course {slug}: see `heldout course list`") from None
    except CourseRefused as error:
        raise click.UsageError(str(error)) from None
    except WorkWaits as error:
        raise click.ClickException(f"{error} Use --cancel-waiting for that.") from None
    except NotConfirmed as error:
        raise click.ClickException(str(error)) from None


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--term", required=True, help="Such as “Spring 2027”.")
@click.option("--title", default="", help="What it is called; else as the old one.")
@click.option(
    "--starts",
    default="",
    metavar="DATE",
    help="The first day: times keep their week, weekday and clock. Without it they stay empty.",
)
@click.option(
    "--instructor",
    default="",
    metavar="EMAIL",
    help="Who teaches it, also as “Name <email>”; an account is made where there is none.",
)
@data_option
def copy(old: str, new: str, *, term: str, title: str, starts: str, instructor: str) -> None:
    """Make NEW for another term, as OLD is taught: nobody's work, and no people of OLD."""
    from webapp.administration.new_course import TypedCourse, read_course
    from webapp.audit.record import SiteActor
    from webapp.base.config import site_address
    from webapp.terms.operations import copy_course
    from webapp.terms.queries import what_a_course_has

    with _course(old) as (session, course):
        title, zone = title or course.title, course.time_zone
        typed = TypedCourse(new, title, term, zone, starts_on=starts, instructor=instructor)
        made = copy_course(session, SiteActor(None), course, read_course(typed))
        taken = what_a_course_has(session, made.course.id).assignments
        times = "times from its first day" if starts else "no times"
        click.echo(f"{made.course.slug}: {title}, {term}; {taken} assignments, {times}")
        if made.invited is not None:
            who = f"{made.invited.name} <{made.invited.email}>"
            click.echo(f"{who}: {made.invited.address(site_address())}")


@click.command()
@click.argument("slug")
@click.option("--cancel-waiting", is_flag=True, help="Cancel what still waits to be graded.")
@data_option
def archive(slug: str, *, cancel_waiting: bool) -> None:
    """Make SLUG read-only for everyone; `take-back` undoes it."""
    from webapp.audit.record import SiteActor
    from webapp.terms.operations import archive_course

    with _course(slug) as (session, course):
        done = archive_course(session, SiteActor(None), course, cancel_waiting=cancel_waiting)
    click.echo(f"{slug} is archived." if done else f"{slug} was archived already.")


@click.command("take-back")
@click.argument("slug")
@data_option
def take_back(slug: str) -> None:
    """Let the archived course SLUG change again."""
    from webapp.audit.record import SiteActor
    from webapp.terms.operations import take_back_course

    with _course(slug) as (session, course):
        done = take_back_course(session, SiteActor(None), course)
    click.echo(f"{slug} is no longer archived." if done else f"{slug} is not archived.")


@click.command()
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask for the short name.")
@data_option
def delete(slug: str, *, yes: bool) -> None:
    """Delete SLUG with everything in it, for good; accounts stay."""
    from webapp.audit.record import SiteActor
    from webapp.terms.operations import delete_course
    from webapp.terms.queries import what_a_course_has

    with _course(slug) as (session, course):
        holds = what_a_course_has(session, course.id).told()
        listed = ", ".join(f"{count} {what}" for what, count in holds.items())
        click.echo(f"{course.title}, {course.term}: {listed}.")
        typed = slug if yes else click.prompt(f"Type {slug} to delete it for good", default="")
        delete_course(session, SiteActor(None), course, typed=typed)
    click.echo(f"{slug} is deleted.")
