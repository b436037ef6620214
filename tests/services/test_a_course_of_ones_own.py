"""From nothing to the next term by commands alone, each a process of its own, with no variable."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import stat
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webapp.service.test_processes import free_port

COURSE = ("--title", "Deep Learning", "--term", "Spring 2027", "--timezone", "Europe/Berlin")
PASSWORD = "a long password of one's own"
_LINK = r"http://127\.0\.0\.1:\d+/welcome/\S+"


class Somebody:
    """Somebody with a browser of their own, as far as forms need one."""

    def __init__(self, site: str) -> None:
        self._site = site
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def send(self, address: str, **fields: str) -> str:
        """Open a page, send its form with these fields, and read the answer."""
        if not address.startswith("http"):
            address = self._site + address
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.open(address))
        assert token is not None
        return self.open(self._action(address), {"csrf_token": token[1], **fields})

    def _action(self, address: str) -> str:
        return f"{self._site}/account/tokens" if address.endswith("/account") else address

    def open(self, address: str, fields: dict[str, str] | None = None) -> str:
        """Read a page."""
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        headers = {"Referer": address}
        with self._opener.open(
            urllib.request.Request(address, data, headers), timeout=30
        ) as answer:
            text: str = answer.read().decode()
        return text


class Commands:
    """`heldout` in a folder, with no variable but the address that links lead to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = f"http://127.0.0.1:{free_port()}"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("HELDOUT_")}
        self.environment |= {"HELDOUT_SITE": self.site, "HOME": str(folder)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start one."""
        heldout = str(Path(sys.executable).with_name("heldout"))
        return subprocess.Popen(
            [heldout, *arguments],
            **{"cwd": self.folder, "env": self.environment, "text": True},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run one to its end; what it printed."""
        process = self.start(*arguments)
        out, error = process.communicate(timeout=240)
        assert process.returncode == status, out + error
        return out + error

    def link(self, *arguments: str) -> str:
        """The one link that a command prints."""
        (link,) = re.findall(_LINK, self.run(*arguments))
        return str(link)


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    return Commands(tmp_path)


@pytest.fixture
def served(commands: Commands) -> Iterator[Commands]:
    """A site with an administrator, a course and one student in it, which is served."""
    commands.run("init", "--admin", "Amy Admin <amy@example.edu>")
    commands.run("course", "create", "dl-2027", *COURSE, "--starts", "2027-01-11")
    service = commands.start("serve", "--port", commands.site.rpartition(":")[2])
    try:
        assert service.stdout is not None
        assert commands.site in service.stdout.readline()
        yield commands
    finally:
        service.terminate()
        service.communicate(timeout=60)


def test_a_course_is_made_graded_copied_and_archived_by_commands(served: Commands) -> None:
    folder = served.folder
    (folder / "people.csv").write_text(
        "name;email;role;section\nBen Oh;ben@example.edu;student;A\n"
    )
    link = served.link("roster", "dl-2027", "people.csv")
    served.run("new", "a01_intro", "--folder", "ours")
    assert "in use" in served.run("assignment", "add", "ours/a01_intro", "--use")
    said = served.run("course", "add-assignment", "dl-2027", "a01_intro")
    assert "is in Deep Learning" in said
    again = served.run("course", "add-assignment", "dl-2027", "a01_intro", status=1)
    assert again.count("in the course already") == 1

    ben = Somebody(served.site)
    ben.send(link, password=PASSWORD, again=PASSWORD)
    ben.send("/login", email="ben@example.edu", password=PASSWORD)
    made = ben.send("/account", label="laptop", scopes="submit")
    token = re.search(r'id="made"[^>]*value="([^"]+)"', made)
    assert token is not None
    served.environment["HELDOUT_TOKEN"] = token[1]
    solved = str(folder / "ours/a01_intro/a01_intro.ipynb")
    result = served.run("submit", solved, "--site", served.site, "--course", "dl-2027")
    assert re.search(r"\b5 of 6\b", result), result

    served.run("course", "copy", "dl-2027", "dl-2028", "--term", "2028", "--starts", "2028-01-10")
    served.run("course", "archive", "dl-2027")
    listed = {each["slug"]: each for each in json.loads(served.run("course", "list", "--json"))}
    assert {slug: each["students"] for slug, each in listed.items()} == {
        "dl-2027": 1,
        "dl-2028": 0,
    }
    assert listed["dl-2027"]["state"] == "archived"
    refused = served.run("roster", "dl-2027", "people.csv", status=1)
    assert "archived" in refused
    assert "Traceback" not in refused
    data = folder / "heldout-data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "heldout.sqlite").stat().st_mode) == 0o600
