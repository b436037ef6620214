"""Settings of the environment: one place declares them, and the README shows what it says."""

from __future__ import annotations

import re
from pathlib import Path

from webapp.base.environment import HTTPS, PROXIES, VARIABLES, table

ROOT = Path(__file__).resolve().parents[3]
READ = re.compile(r"environ\b[^\n]*?[\"'](HELDOUT_\w+)")
# These import nothing of the web service: the grader, and what a student runs at home.
ELSEWHERE = {"autograder/assignment.py", "autograder/seeds.py", "webapp/site/submit_client.py"}


def test_the_readme_shows_every_setting_as_it_is_declared():
    assert table() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_setting_is_read_where_it_is_declared():
    found = {
        path.relative_to(ROOT).as_posix(): set(READ.findall(path.read_text(encoding="utf-8")))
        for folder in ("autograder", "webapp")
        for path in (ROOT / folder).rglob("*.py")
    }
    reading = {name: names for name, names in found.items() if names}
    assert set(reading) == ELSEWHERE
    declared = {variable.name for variable in VARIABLES}
    assert set().union(*reading.values()) <= declared


def test_an_empty_setting_is_as_good_as_none():
    assert (PROXIES.read({}), PROXIES.read({PROXIES.name: ""})) == ("0", "0")
    assert HTTPS.read({HTTPS.name: "0"}) == "0"
