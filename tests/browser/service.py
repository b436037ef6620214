"""The service under test: what `heldout demo` starts, in a folder and on a port of its own."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignment import find_assignment
from autograder.cli.new import write_assignment

COURSE = "6s191-iap2017"
ASSIGNMENT = "a01_perceptron"
# Enough for three teams, a team that is short of members, and someone with a paper review.
STUDENTS = 14
_START_SECONDS = 240.0
_STOP_SECONDS = 60.0


@dataclass(frozen=True)
class Account:
    """Someone who can sign in."""

    role: str
    email: str
    password: str
    name: str


@dataclass(frozen=True)
class Site:
    """The running service."""

    url: str
    data: Path
    accounts: tuple[Account, ...]

    def student(self, number: int) -> Account:
        """The demo's students in order; the first has three attempts, a team and a slide."""
        return [account for account in self.accounts if account.role == "student"][number]

    def staff(self, role: str) -> Account:
        """The demo's grader or instructor."""
        return next(account for account in self.accounts if account.role == role)

    def address(self, path: str = "") -> str:
        """A page of the course."""
        return f"{self.url}/courses/{COURSE}/{path}"

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read from the service's database, beside the service."""
        address = f"file:{self.data / 'heldout.sqlite'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return connection.execute(question, values).fetchall()

    def invite(self, people: Sequence[tuple[str, str]], folder: Path) -> list[str]:
        """Enrol students by name and email as staff would; their one-time links."""
        roster = folder / "roster.csv"
        with roster.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("name", "email", "role", "section"))
            rows.writerows((*person, "student", "C") for person in people)
        secrets = json.loads((self.data / "secrets.json").read_text(encoding="utf-8"))
        environment = {
            **os.environ,
            "HELDOUT_DATA": str(self.data),
            "HELDOUT_SECRET_KEY": secrets["secret_key"],
            "HELDOUT_PASSWORD_SALT": secrets["password_salt"],
        }
        command = [_heldout(), "roster", COURSE, str(roster), "--url", self.url]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        links = dict(re.findall(r"<(\S+)>: (https?://\S+/welcome/\S+)", done.stdout))
        return [links[email] for _, email in people]

    def brought(self) -> str:
        """The id of an assignment that was brought to the site, which a worker proves."""
        name, home = "a90_brought", self.data / "to bring"
        if not self.ask("SELECT 1 FROM assignment_versions WHERE assignment = ?", name):
            folder = write_assignment(name, "Brought to the site", home)
            command = [_heldout(), "assignment", "add", str(folder), "--no-wait"]
            environment = {**os.environ, "HELDOUT_DATA": str(self.data)}
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=120
            )
            assert done.returncode == 0, done.stderr
        return name


@contextmanager
def running_demo(
    folder: Path, *, assignments: Sequence[str] = (ASSIGNMENT,), students: int = STUDENTS
) -> Iterator[Site]:
    """Start the demo with these assignments, and end it with everything that it started."""
    own = folder / "assignments"
    for name in assignments:
        shutil.copytree(find_assignment(name).folder, own / name)
    port, data, log = _free_port(), folder / "data", folder / "demo.log"
    command = [_heldout(), "demo", "--port", str(port), "--data", str(data)]
    with log.open("wb") as output:
        demo = subprocess.Popen(
            [*command, "--students", str(students)],
            env={**os.environ, "HELDOUT_ASSIGNMENTS": str(own)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(demo, url, log)
        kept = json.loads((data / "accounts.json").read_text(encoding="utf-8"))
        yield Site(url, data, tuple(Account(**entry) for entry in kept))
    finally:
        _end(demo)


def _end(demo: subprocess.Popen[bytes]) -> None:
    os.killpg(demo.pid, signal.SIGTERM)
    try:
        demo.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(demo.pid, signal.SIGKILL)
        demo.wait()


def _wait_until_ready(demo: subprocess.Popen[bytes], url: str, log: Path) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up and demo.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the demo did not start: {log.read_text(encoding='utf-8')[-2000:]}")


def _heldout() -> str:
    return str(Path(sys.executable).with_name("heldout"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
