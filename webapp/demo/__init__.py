"""`heldout demo`: a sample course in one folder, graded for real; a second run changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import Assignment, list_assignments
from webapp import create_app, migrations
from webapp.base.config import Settings, embedded_database
from webapp.base.data_folder import (
    SECRETS,
    DataFolderError,
    ensure_secrets,
    make_private_folder,
    write_private,
)
from webapp.base.database import make_engine, moment_of
from webapp.demo import samples
from webapp.demo.board import ensure_leaderboard
from webapp.demo.course import (
    SLUG,
    Account,
    DemoError,
    demo_accounts,
    ensure_course,
    ensure_people,
    readable,
)
from webapp.demo.late import ensure_extension, times_of
from webapp.demo.page import ensure_page
from webapp.demo.requests import ensure_requests
from webapp.demo.similarity import ensure_similarity
from webapp.demo.written import ensure_manual_grades, ensure_written
from webapp.grading.library import GraderLibrary
from webapp.grading.worker import Grader, Worker
from webapp.models import Course, CourseAssignment, Lane, Submission, SubmissionState, User
from webapp.queue import jobs
from webapp.queue.waiting import unfinished
from webapp.queue.workers import say_what_the_site_has
from webapp.site.uploads import Upload
from webapp.submissions.operations import receive


@dataclass(frozen=True)
class Prepared:
    """A demo that can be served."""

    settings: Settings
    accounts: list[Account]
    submissions: int
    graded: int


def prepare(data: Path, students: int, accounts_file: Path | None) -> Prepared:
    """Make what the folder does not have yet, and grade it."""
    settings = demo_settings(data)
    click.echo(f"The demo lives in {data}.")
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    accounts = demo_accounts(data / "accounts.json", students)
    assignments = list_assignments()
    if not assignments:
        raise DemoError("There is no assignment to show: set HELDOUT_ASSIGNMENTS to a folder.")
    with create_app(settings).app_context(), Session(engine) as session:
        course = ensure_course(session, assignments)
        people = ensure_people(session, course, accounts)
        ensure_leaderboard(session, course, people)
        ensure_page(session, course)
        ensure_extension(session, course, people)
        staff = _staff(session, accounts)
        marker = data / "handed-in"
        with readable(marker):
            handed_in = int(marker.read_text()) if marker.exists() else 0
        if handed_in < len(people):
            click.echo(f"Handing in the notebooks of {len(people)} students.")
            hand_in_samples(session, course, assignments[0], people)
            write_private(marker, str(len(people)))
        grade_all(engine, data)
        ensure_manual_grades(session, course, staff)
        ensure_written(session, course, people, staff, library=GraderLibrary())
        ensure_requests(session, course, people, staff[-1])
        ensure_similarity(session, course, assignments[0])
        states = session.scalars(sa.select(Submission.state)).all()
        graded = sum(state == SubmissionState.GRADED for state in states)
    engine.dispose()
    if accounts_file is not None:
        shown = [
            {key: value for key, value in asdict(account).items() if key != "name"}
            for account in accounts
        ]
        write_private(accounts_file.resolve(), json.dumps(shown, indent=1))
    return Prepared(settings, accounts, submissions=len(states), graded=graded)


def demo_settings(data: Path) -> Settings:
    """Settings of the folder, with secrets made on the first run."""
    try:
        make_private_folder(data)
    except DataFolderError as error:
        raise DemoError(str(error)) from None
    with readable(data / SECRETS):
        kept = ensure_secrets(data)
    return Settings(
        data=data,
        database_url=embedded_database(data),
        secret_key=kept.secret_key,
        password_salt=kept.password_salt,
        https=False,
    )


def hand_in_samples(
    session: Session, course: Course, assignment: Assignment, students: list[User]
) -> None:
    """Hand in each student's sample notebooks that are not there yet."""
    item = session.scalars(
        sa.select(CourseAssignment).where(
            CourseAssignment.course_id == course.id,
            CourseAssignment.assignment == assignment.id,
        )
    ).one()
    counted = (
        sa.select(Submission.user_id, sa.func.count().label("submissions"))
        .where(Submission.course_assignment_id == item.id)
        .group_by(Submission.user_id)
    )
    have = {row.user_id: row.submissions for row in session.execute(counted)}
    found = samples.materials(assignment)
    for number, student in enumerate(students):
        planned = samples.attempts(found, number)
        times = times_of(item, number, len(planned))
        for place in range(have.get(student.id, 0), len(planned)):
            data = planned[place]
            receive(
                session,
                item,
                user_id=student.id,
                upload=Upload(f"{assignment.id}.ipynb", data, hashlib.sha256(data).hexdigest()),
                digest=GraderLibrary().parse_notebook(data).digest,
                lane=Lane.BATCH,
                received_at=times[place],
            )


def grade_all(engine: sa.Engine, data: Path) -> None:
    """Grade whatever waits, with the real pool, and show how far it has come."""
    from autograder.grading import GradingPool
    from autograder.seeds import secret_seed

    with Session(engine) as session:
        # What an earlier demo said of its assignments may no longer hold.
        say_what_the_site_has(session, moment_of(session))
        jobs.sweep(session)
        waiting = unfinished(session)
    if not waiting:
        click.echo("Every sample submission is graded already.")
        return
    if not sys.stdout.isatty():
        click.echo(f"Grading {waiting} sample submissions.")
    slots = os.cpu_count() or 1
    with GradingPool(workers=slots, seed=secret_seed(data / "seed")) as pool:
        drain(engine, pool, slots=slots, waiting=waiting)


def drain(engine: sa.Engine, grader: Grader, *, slots: int, waiting: int) -> None:
    """Run a worker until the queue is empty, under a progress bar."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn()) as progress:
        task = progress.add_task(f"Grading {waiting} sample submissions", total=waiting)
        worker = Worker(engine, grader, slots=slots, on_done=lambda _: progress.advance(task))
        worker.run(threading.Event(), drain=True)


def _staff(session: Session, accounts: list[Account]) -> list[User]:
    emails = [account.email for account in accounts if account.role != "student"]
    users = {user.email: user for user in session.scalars(sa.select(User))}
    return [users[email] for email in emails]


def say_where(prepared: Prepared, port: int) -> None:
    """Tell whoever started the demo where to look and how to sign in."""
    url = f"http://127.0.0.1:{port}/"
    count = f"{prepared.graded} of {prepared.submissions}"
    click.echo(f"\n{count} submissions are graded. Look at {url}\n")
    for role in ("student", "grader", "instructor"):
        account = next(account for account in prepared.accounts if account.role == role)
        click.echo(f"  {role:<11} {account.email:<32} {account.password}")
    click.echo(f"\nThe other students' accounts are in {prepared.settings.data / 'accounts.json'}.")
    click.echo(f"The course is at {url}courses/{SLUG}/ (Ctrl-C stops).")
