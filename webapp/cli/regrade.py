"""Commands over a whole course: `heldout regrade`."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from click.core import ParameterSource
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from webapp.base.config import data_folder, database_url
from webapp.base.data_folder import private_files
from webapp.base.database import make_engine
from webapp.cli.site_regrade import regrade_on_site
from webapp.models import Course, CourseAssignment, Regrade, Scope

if TYPE_CHECKING:
    from webapp.regrades.changes import Change

_SHOWN = 50
_POLL_SECONDS = 0.2


@contextmanager
def service_database() -> Iterator[sa.Engine]:
    """The service's database; what staff can mend ends the command with one sentence."""
    from webapp import migrations
    from webapp.grading.conditions import CannotGrade
    from webapp.regrades.queries import RegradeRefused

    engine = make_engine(database_url())
    try:
        if not migrations.is_current(engine):
            raise click.ClickException(
                f"{engine.url.render_as_string()} is not a database of this version of Heldout: "
                "set HELDOUT_DATA or HELDOUT_DATABASE_URL, and start `heldout serve` once."
            )
        with private_files():
            yield engine
    except (CannotGrade, RegradeRefused) as error:
        raise click.ClickException(str(error)) from None
    except OperationalError as error:
        raise click.ClickException(f"The database cannot be used: {error.orig}.") from None
    finally:
        engine.dispose()


def course_assignment(session: Session, course: str, name: str) -> CourseAssignment:
    found = session.scalar(
        sa.select(CourseAssignment)
        .join(Course)
        .where(Course.slug == course, CourseAssignment.assignment == name)
    )
    if found is None:
        known = session.execute(
            sa.select(Course.slug, CourseAssignment.assignment).join(CourseAssignment)
        )
        listed = ", ".join(f"{slug} {assignment}" for slug, assignment in known) or "none"
        raise click.ClickException(f"There is no {course} {name}; known: {listed}.")
    return found


@click.command()
@click.argument("course")
@click.argument("assignment")
@click.option("--all-attempts", is_flag=True, help="Also attempts that do not count.")
@click.option("--section", default="", help="Only the students of one section.")
@click.option("--publish", "then", flag_value="publish", help="Publish it when it is done.")
@click.option("--discard", "then", flag_value="discard", help="Show who changes, keep nothing.")
@click.option(
    "--workers",
    default=os.cpu_count() or 1,
    type=click.IntRange(0, 256),
    help="Submissions graded at a time here; 0 leaves them to workers that run already.",
)
@click.option("--site", help="Ask this site through its API: its own workers grade.")
@click.pass_context
def regrade(
    context: click.Context,
    course: str,
    assignment: str,
    all_attempts: bool,
    section: str,
    then: str | None,
    workers: int,
    site: str | None,
) -> None:
    """Run the checks as they are now over what was handed in, and show who changes.

    Students see nothing until it is published, here or on the assignment's page. A regrade that
    was broken off goes on where it stopped.
    """
    from webapp.regrades.queries import open_regrade

    scope = Scope.ALL if all_attempts else Scope.COUNTING
    if site is not None:
        if context.get_parameter_source("workers") is ParameterSource.COMMANDLINE:
            raise click.UsageError("--workers grades here: leave it out with --site")
        regrade_on_site(site, course, assignment, scope=scope, section=section, then=then)
        return
    with service_database() as engine, Session(engine) as session:
        item = course_assignment(session, course, assignment)
        opened = open_regrade(session, item)
        if opened is None:
            opened = _start(session, item, scope, section)
        _carry_on(engine, session, opened, workers)
        _show(session, opened)
        _finish(session, opened, then)


def _start(session: Session, item: CourseAssignment, scope: Scope, section: str) -> Regrade:
    from webapp.audit.record import CommandLine
    from webapp.grading.conditions import current_conditions
    from webapp.regrades.operations import start_regrade

    conditions = current_conditions(session, item.assignment)
    actor = CommandLine(item.course_id)
    return start_regrade(session, actor, item, conditions, scope=scope, section=section)


def _carry_on(engine: sa.Engine, session: Session, opened: Regrade, workers: int) -> None:
    """Grade what waits, with a bar, until nothing of the regrade waits or runs."""
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    from webapp.regrades.queries import progress

    if not progress(session, opened).running:
        return
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with _working(engine, workers), Progress(*columns) as bar:
        task = bar.add_task("Regrading")
        while (found := progress(session, opened)).running:
            bar.update(task, total=found.total, completed=found.done)
            session.rollback()
            time.sleep(_POLL_SECONDS)
        bar.update(task, total=found.total, completed=found.done)


@contextmanager
def _working(engine: sa.Engine, workers: int) -> Iterator[None]:
    """A worker in this process, if any is wanted."""
    if not workers:
        yield
        return
    from autograder.cache import DirectoryStore, ResultCache
    from autograder.cli.doctor import refuse_without_sandbox
    from autograder.grading import GradingPool
    from autograder.seeds import secret_seed
    from webapp.grading.worker import Worker

    refuse_without_sandbox()
    stop = threading.Event()
    seed = secret_seed(data_folder() / "seed")
    cache = ResultCache(DirectoryStore(data_folder() / "results"))
    with GradingPool(workers=workers, seed=seed, cache=cache) as pool:
        thread = threading.Thread(target=Worker(engine, pool, slots=workers).run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def _show(session: Session, opened: Regrade) -> None:
    from rich.console import Console
    from rich.table import Table

    from webapp.regrades.changes import changes
    from webapp.regrades.queries import progress

    found = changes(session, opened)
    table = Table("Student", "E-mail", "Before", "After", "Change", "Questions")
    for change in found[:_SHOWN]:
        table.add_row(*_cells(change))
    at = progress(session, opened)
    if found:
        Console().print(table, markup=False)
    rest = f", the first {_SHOWN} are shown" if len(found) > _SHOWN else ""
    click.echo(f"{len(found)} of {at.done} change{rest}; {at.known} needed no run.")
    if at.stopped:
        click.echo(f"{at.stopped} could not be graded because of faults of ours.")


def _cells(change: Change) -> tuple[str, ...]:
    before, after = ("–" if s is None else f"{s:g}" for s in (change.old, change.new))
    questions = (f"{q.question} {_points(q.old)} → {_points(q.new)}" for q in change.questions)
    difference = f"{change.difference:+g}"
    return change.name, change.email, before, after, difference, "; ".join(questions)


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _finish(session: Session, opened: Regrade, then: str | None) -> None:
    from webapp.audit.record import CommandLine
    from webapp.regrades.operations import discard_regrade, publish_regrade

    actor = CommandLine(opened.course_assignment.course_id)
    if then is None:
        click.echo("Students see none of it yet: run this again with --publish or --discard.")
    elif then == "publish":
        published = publish_regrade(session, actor, opened)
        click.echo(f"{published.count} new results are published.")
    else:
        click.echo(discard_regrade(session, actor, opened).words)
