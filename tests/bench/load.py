"""Bar: 300 students hand in within 60 s while others read pages, on the real service.

`python -m tests.bench.load` makes a course in a temporary folder, starts `heldout serve` with
SQLite on loopback, signs everybody in before the clock starts (Argon2 is slow on purpose, and a
class signs in over days), then lets each student load the page, upload once at a moment spread over
the minute, and look at the status and the course's pages meanwhile. It ends when all are graded.
"""

from __future__ import annotations

import json
import os
import random
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import click
import httpx
import sqlalchemy as sa
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy.orm import Session

from autograder.assignment import find_assignment
from tests.bench.corpus import corpus
from webapp import create_app, migrations
from webapp.base.config import Settings, embedded_database
from webapp.base.database import make_engine
from webapp.models import Course, CourseAssignment, Enrolment, Job, JobState, Result, Role, User
from webapp.signing_in.operations import begin_session
from webapp.signing_in.queries import Lifetimes

_SLUG = "load"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_UPLOAD_BAR, _PAGE_BAR = 0.5, 0.3
_GRADED_SECONDS = 600.0


@dataclass
class Timings:
    """Seconds of what was asked; appended to from many threads."""

    uploads: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def populate(settings: Settings, assignment: str, students: int) -> list[str]:
    """A course with students; the session cookie of each, as signing in would give it."""
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    app = create_app(settings)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    found = find_assignment(assignment)
    with Session(engine) as session:
        course = Course(slug=_SLUG, title="Load")
        course.assignments.append(
            CourseAssignment(assignment=found.id, title=found.title, points=found.max_score)
        )
        users = [User(email=f"s{n}@example.edu", name=f"Student {n}") for n in range(students)]
        session.add_all([course, *users])
        session.flush()
        session.add_all(
            Enrolment(course_id=course.id, user_id=user.id, role=Role.STUDENT) for user in users
        )
        session.commit()
        days = Lifetimes(timedelta(days=1), timedelta(days=1))
        begun = [
            begin_session(session, number, browser="Load", kept=False, lifetimes=days)
            for number in [user.id for user in users]
        ]
        cookies = [signer.dumps({"_user_id": text, "_fresh": True}) for text in begun]
    engine.dispose()
    return cookies


@contextmanager
def serving(settings: Settings, log: Path) -> Iterator[str]:
    """`heldout serve` as anybody starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "HELDOUT_DATA": str(settings.data),
        "HELDOUT_SECRET_KEY": settings.secret_key,
        "HELDOUT_PASSWORD_SALT": settings.password_salt,
    }
    environment.pop("HELDOUT_DATABASE_URL", None)
    command = [str(Path(sys.executable).with_name("heldout")), "serve", "--port", str(port)]
    with log.open("wb") as output:
        service = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    site = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(service, site)
        yield site
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(timeout=60)


def _wait_until_ready(service: subprocess.Popen[bytes], site: str) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and service.poll() is None:
        try:
            if httpx.get(f"{site}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("heldout serve is not ready after 60 s, or ended")


def _student(
    site: str, cookie: str, data: bytes, assignment: str, *, begin: float, timings: Timings
) -> None:
    """One student: the page, the upload at its moment, then the pages that follow."""
    page = f"/courses/{_SLUG}/assignments/{assignment}"
    with httpx.Client(base_url=site, timeout=60) as browser:
        # With its domain, so that the service's own answer replaces it.
        browser.cookies.set("heldout", cookie, domain="127.0.0.1")
        time.sleep(max(0.0, begin - time.monotonic()))
        form = _get(browser, page, timings)
        token = _TOKEN.search(form.text)
        if token is None:
            timings.refused.append(f"the page of the assignment: {form.status_code}")
            return
        started = time.perf_counter()
        answer = browser.post(
            page,
            data={"csrf_token": token[1]},
            files={"notebook": (f"{assignment}.ipynb", data)},
            headers={"Referer": f"{site}{page}"},
        )
        timings.uploads.append(time.perf_counter() - started)
        if answer.status_code != 303:
            timings.refused.append(f"an upload: {answer.status_code}")
            return
        result = answer.headers["Location"]
        for address in (result, f"{result}/status", f"/courses/{_SLUG}/", f"{result}/status"):
            _get(browser, address, timings)
            time.sleep(0.5)


def _get(browser: httpx.Client, address: str, timings: Timings) -> httpx.Response:
    started = time.perf_counter()
    answer = browser.get(address)
    timings.pages.append(time.perf_counter() - started)
    if answer.status_code >= 400:
        timings.refused.append(f"{address}: {answer.status_code}")
    return answer


def rush(
    site: str, cookies: Sequence[str], assignment: str, *, over: float, chance: random.Random
) -> Timings:
    """Everybody's uploads, spread at random over that many seconds."""
    samples = [sample.data for sample in corpus(find_assignment(assignment), len(cookies))]
    timings = Timings()
    start = time.monotonic() + 1
    with ThreadPoolExecutor(len(cookies)) as threads:
        for cookie, data in zip(cookies, samples, strict=True):
            begin = start + chance.uniform(0, over)
            threads.submit(
                _student, site, cookie, data, assignment, begin=begin, timings=timings
            ).add_done_callback(lambda future: _note_failure(future.exception(), timings))
    return timings


def _note_failure(error: BaseException | None, timings: Timings) -> None:
    if error is not None:
        timings.refused.append(f"{type(error).__name__}: {error}")


def graded_after(database: str, students: int, since: float) -> float | None:
    """Seconds from the start of the rush until everything is graded; None where it is not."""
    engine = make_engine(database)
    waiting = threading.Event()
    try:
        while time.monotonic() < since + _GRADED_SECONDS:
            with Session(engine) as session:
                results = session.scalar(sa.select(sa.func.count(Result.id))) or 0
                dead = sa.select(sa.func.count(Job.id)).where(Job.state == JobState.DEAD)
                if results >= students:
                    return time.monotonic() - since
                if session.scalar(dead):
                    return None
            waiting.wait(0.5)
        return None
    finally:
        engine.dispose()


def percentile(seconds: Sequence[float], share: float) -> float:
    """The least value that `share` of them do not exceed."""
    ranked = sorted(seconds)
    return ranked[max(0, -(-round(len(ranked) * share * 1000) // 1000) - 1)] if ranked else 0.0


def report(timings: Timings, students: int, graded: float | None) -> dict[str, object]:
    """The figures and whether each bar is met."""
    uploads, pages = percentile(timings.uploads, 0.95), percentile(timings.pages, 0.95)
    return {
        "students": students,
        "acknowledged": len(timings.uploads) - sum("upload" in text for text in timings.refused),
        "upload_p50": round(percentile(timings.uploads, 0.5), 3),
        "upload_p95": round(uploads, 3),
        "upload_max": round(max(timings.uploads, default=0), 3),
        "pages": len(timings.pages),
        "page_p50": round(percentile(timings.pages, 0.5), 3),
        "page_p95": round(pages, 3),
        "page_max": round(max(timings.pages, default=0), 3),
        "all_graded_after": None if graded is None else round(graded, 1),
        "refused": timings.refused[:10],
        "met": (
            not timings.refused
            and len(timings.uploads) == students
            and uploads <= _UPLOAD_BAR
            and pages <= _PAGE_BAR
            and graded is not None
        ),
    }


@click.command()
@click.option("--students", default=300, show_default=True, type=click.IntRange(1, 2000))
@click.option("--over", default=58.0, show_default=True, help="Seconds that uploads spread over.")
@click.option("--assignment", default="a01_perceptron", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="JSON too.")
def main(students: int, over: float, assignment: str, output: Path | None) -> None:
    """Print the figures as a table and as JSON; ends with 1 where a bar is missed."""
    with tempfile.TemporaryDirectory(prefix="heldout-bench-load-") as name:
        data = Path(name) / "data"
        data.mkdir()
        settings = Settings(
            data=data,
            database_url=embedded_database(data),
            secret_key=secrets.token_hex(16),
            password_salt=secrets.token_hex(16),
            https=False,
        )
        cookies = populate(settings, assignment, students)
        with serving(settings, Path(name) / "serve.log") as site:
            since = time.monotonic()
            timings = rush(site, cookies, assignment, over=over, chance=random.Random(5))
            taken = len(timings.uploads) - len(timings.refused)
            graded = graded_after(settings.database_url, taken, since)
    found = report(timings, students, graded)
    for key, value in found.items():
        click.echo(f"{key:<18} {value}")
    text = json.dumps(found, indent=1)
    click.echo(text)
    if output is not None:
        output.write_text(text, encoding="utf-8")
    raise SystemExit(0 if found["met"] else 1)


if __name__ == "__main__":
    main()
