"""A smoke run of the demo as a new user meets it: `make demo`, sign in, read a score.

Run as `python -m tests.smoke`. It uses a folder and a port of its own and ends what it started.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

START_SECONDS = 300.0


def main() -> None:
    """Start the demo, sign in as a student and as an instructor, and read what they see."""
    with tempfile.TemporaryDirectory(prefix="heldout-smoke-") as folder:
        accounts, port = Path(folder) / "accounts.json", _free_port()
        settings = [f"PORT={port}", f"DATA={folder}/data", "STUDENTS=6"]
        command = ["make", "--silent", "demo", *settings, f"DEMO_OPTIONS=--accounts {accounts}"]
        demo = subprocess.Popen(command, start_new_session=True)
        try:
            _wait(f"http://127.0.0.1:{port}/login", demo)
            _look(f"http://127.0.0.1:{port}", json.loads(accounts.read_text(encoding="utf-8")))
        finally:
            os.killpg(demo.pid, signal.SIGTERM)
            demo.wait(timeout=30)
    print("smoke: the demo serves, a student and an instructor sign in and read scores")


def _look(site: str, accounts: list[dict[str, str]]) -> None:
    by_role = {account["role"]: account for account in reversed(accounts)}
    home = re.sub(r"<[^>]+>", " ", _signed_in(site, by_role["student"]))
    if re.search(r"[1-9]\d*(?:\.\d+)?\s+of\s+\d+\s+points", home) is None:
        sys.exit("smoke: the student's home shows no score")
    table = _signed_in(site, by_role["instructor"])
    if by_role["student"]["email"].split("@")[0].split(".")[0].capitalize() not in table:
        sys.exit("smoke: the instructor's page does not name the student")


def _signed_in(site: str, account: dict[str, str]) -> str:
    """The page that the account lands on after signing in, links to the table followed."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = _page(browser, f"{site}/login")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    assert token is not None, "the sign-in form has no CSRF token"
    fields = {"csrf_token": token[1], "email": account["email"], "password": account["password"]}
    page = _page(browser, f"{site}/login", urllib.parse.urlencode(fields).encode())
    for _ in range(3):
        link = re.search(r'href="(/[^"]*/(?:scores|students|staff)[^"]*)"', page)
        if account["role"] == "student" or link is None:
            return page
        page = _page(browser, site + link[1])
        if "<table" in page:
            return page
    return page


def _page(browser: urllib.request.OpenerDirector, address: str, data: bytes | None = None) -> str:
    request = urllib.request.Request(address, data=data, headers={"Referer": address})
    with browser.open(request, timeout=20) as answer:
        return answer.read().decode("utf-8")


def _wait(address: str, demo: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if demo.poll() is not None:
            sys.exit(f"smoke: the demo ended with status {demo.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    sys.exit("smoke: the demo did not start in time")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
