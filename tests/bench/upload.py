"""Upload to first result and to score on the page: the real service, one student, no other load.

The service is what `heldout demo` starts. Each notebook is uploaded through the page's form, and
the status is then asked for exactly when the page itself would ask (its own `hx-trigger`). The
first question's result shows while the rest is graded, or with the score where all is over at once.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import click
import httpx

from autograder.assignment import Assignment, find_assignment
from tests.bench.corpus import corpus

_START_SECONDS = 300.0
_WAIT_SECONDS = 60.0
_WARMING = 2
_DONE = 286
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_TRIGGER = re.compile(r'hx-get="([^"]+)" hx-trigger="load delay:(\d+)ms, every (\d+)ms"')
# The list that a question joins as soon as it is checked.
_ARRIVING = 'class="plain arriving"'
_ACCEPTED = "the receipt"
_FIRST = "the first question's result on the page"
_GRADED = "the stored result (from reception, by the service's clock)"
_SHOWN = "the score on the page"


@dataclass(frozen=True)
class Uploads:
    """Median and 95th percentile in seconds of each stretch of the way."""

    count: int
    seconds: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class _Way:
    """Seconds from sending one notebook to each stretch of its way."""

    accepted: float
    first: float
    shown: float


class ServiceFailed(Exception):
    """The service did not do what a student expects of it."""


def measure_uploads(assignment: Assignment, count: int) -> Uploads:
    """Upload `count` different notebooks one after another and time each until its score shows."""
    with tempfile.TemporaryDirectory(prefix="heldout-bench-web-") as name, _service(name) as site:
        account = _student(Path(name) / "accounts.json")
        with httpx.Client(base_url=site, follow_redirects=True, timeout=_WAIT_SECONDS) as browser:
            page = _sign_in(browser, account, assignment)
            samples = corpus(assignment, count + _WARMING)
            every = [_upload(browser, page, sample.data, assignment) for sample in samples]
        graded = _graded_seconds(Path(name) / "data" / "heldout.sqlite", count)
    ways = every[_WARMING:]
    return Uploads(
        count,
        {
            _ACCEPTED: _summary([way.accepted for way in ways]),
            _FIRST: _summary([way.first for way in ways]),
            _GRADED: _summary(graded),
            _SHOWN: _summary([way.shown for way in ways]),
        },
    )


@contextmanager
def _service(folder: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("heldout")), "demo", "--port", str(port)]
    command += ["--data", f"{folder}/data", "--accounts", f"{folder}/accounts.json"]
    demo = subprocess.Popen([*command, "--students", "1"], stdout=subprocess.DEVNULL)
    site = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(demo, site)
        yield site
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(timeout=_WAIT_SECONDS)


def _wait_until_ready(demo: subprocess.Popen[bytes], site: str) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up and demo.poll() is None:
        try:
            if httpx.get(f"{site}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise ServiceFailed(f"the demo is not ready after {_START_SECONDS:g} s, or ended")


def _student(accounts: Path) -> dict[str, str]:
    known: list[dict[str, str]] = json.loads(accounts.read_text(encoding="utf-8"))
    return next(account for account in known if account["role"] == "student")


def _sign_in(browser: httpx.Client, account: Mapping[str, str], assignment: Assignment) -> str:
    """Sign in; the address of the assignment's page."""
    form = {"csrf_token": _token(browser, "/login"), "email": account["email"]}
    form |= {"password": account["password"]}
    home = browser.post("/login", data=form, headers={"Referer": str(browser.base_url)})
    for page in (home, browser.get("/")):
        if link := re.search(rf'href="(/[^"]*/assignments/{assignment.id})"', page.text):
            return link[1]
    raise ServiceFailed(f"the student's home has no link to {assignment.id}")


def _token(browser: httpx.Client, page: str) -> str:
    found = _TOKEN.search(browser.get(page).text)
    if found is None:
        raise ServiceFailed(f"the page {page} has no form")
    return found[1]


def _upload(browser: httpx.Client, page: str, data: bytes, assignment: Assignment) -> _Way:
    """Send a notebook, and look at its page until the score is there."""
    form = {"csrf_token": _token(browser, page)}
    files = {"notebook": (f"{assignment.id}.ipynb", data)}
    headers = {"Referer": f"{browser.base_url}{page}"}
    started = time.perf_counter()
    receipt = browser.post(page, data=form, files=files, headers=headers)
    loaded = time.perf_counter()
    trigger = _TRIGGER.search(receipt.text)
    if receipt.status_code != 200 or trigger is None:
        raise ServiceFailed(f"the upload was answered with {receipt.status_code} and no status")
    address, delay, period = trigger[1], int(trigger[2]) / 1000, int(trigger[3]) / 1000
    first = loaded if shows_a_result(receipt.status_code, receipt.text) else None
    for moment in _moments(loaded, delay, period):
        time.sleep(max(0.0, moment - time.perf_counter()))
        answer = browser.get(address)
        seen = time.perf_counter()
        if first is None and shows_a_result(answer.status_code, answer.text):
            first = seen
        if first is not None and answer.status_code == _DONE:
            return _Way(loaded - started, first - started, seen - started)
    raise ServiceFailed(f"no score after {_WAIT_SECONDS:g} s")


def shows_a_result(status: int, page: str) -> bool:
    """Whether what the page asked for has the result of a question, or already the whole."""
    return status == _DONE or _ARRIVING in page


def _moments(loaded: float, delay: float, period: float) -> Iterator[float]:
    yield loaded + delay
    for number in range(1, round(_WAIT_SECONDS / period)):
        yield loaded + number * period


def _graded_seconds(database: Path, count: int) -> list[float]:
    """From a submission's reception to the end of its job, by the service's own clock."""
    query = """SELECT s.received_at, j.finished_at FROM submissions s JOIN jobs j
               ON j.submission_id = s.id WHERE j.state = 'done' ORDER BY s.id DESC LIMIT ?"""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = connection.execute(query, (count,)).fetchall()
    finally:
        connection.close()
    parsed = [[datetime.fromisoformat(moment) for moment in row] for row in rows]
    return [(finished - received).total_seconds() for received, finished in parsed]


def _summary(seconds: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile (the least value that 95% do not exceed)."""
    ranked = sorted(seconds)
    return statistics.median(ranked), ranked[-(len(ranked) // 20 + 1)]


@click.command()
@click.option("--assignment", default="a01_perceptron", show_default=True)
@click.option("--uploads", default=50, show_default=True, type=click.IntRange(1))
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="JSON too.")
def main(assignment: str, uploads: int, file: Path | None) -> None:
    """Print the seconds from upload to the first question's result and to the score."""
    found = measure_uploads(find_assignment(assignment), uploads)
    for what, (middle, high) in found.seconds.items():
        click.echo(f"{what}: median {middle:.3f} s, 95th percentile {high:.3f} s")
    if file is not None:
        file.write_text(json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
