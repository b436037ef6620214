"""A recording: the API's document, the database's schema and the text of every page."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.same.api import DOCUMENT, ask_api, document_of, make_token
from tests.same.crawl import Found, crawl
from tests.same.forms import send_forms
from tests.same.refusals import failed_sign_in, refusals
from tests.same.schema import schema_of
from tests.same.service import Account, Served, served
from tests.same.visitor import Visitor

# The demo's students by number: with a team and late work, with an extension, with a regrade
# request, with nothing handed in, and with a paper review.
_STUDENTS = (0, 1, 2, 7, 13)
_OPEN_TO_ALL = (
    *("/", "/login", "/forgot", "/welcome/used", "/api", DOCUMENT, "/verify"),
    *("/health/live", "/health/ready", "/metrics"),
)
_OF_A_NEW_SITE = ("accounts.json", "secrets.json")


@dataclass(frozen=True)
class Walk:
    """Somebody who went through the site."""

    name: str
    visitor: Visitor
    found: Found


def record(folder: Path, data: Path, checkout: Path) -> list[Walk]:
    """Write what the checkout's product makes of the data into an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in ("pages", "api", "refused", "forms", "after"):
        shutil.rmtree(folder / old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="heldout-same-") as scratch:
        place = Path(scratch)
        empty = place / "empty"
        empty.mkdir()
        for name in _OF_A_NEW_SITE:
            shutil.copy2(data / name, empty / name)
        (place / "fresh").mkdir()
        with served(checkout, empty, place / "fresh") as site:
            (folder / "schema.sql").write_text(schema_of(site.database), encoding="utf-8")
        (place / "demo").mkdir()
        with served(checkout, data, place / "demo") as site:
            (folder / "schema-upgraded.sql").write_text(schema_of(site.database), encoding="utf-8")
            return _go_through(site, folder)


def _go_through(site: Served, folder: Path) -> list[Walk]:
    """Read first, then ask for what is refused, and change things last."""
    stranger = Visitor(site.url)
    document = document_of(stranger)
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / "openapi.json").write_text(f"{text}\n", encoding="utf-8")
    found = crawl(stranger, _OPEN_TO_ALL, folder / "pages" / "anonymous")
    walks = [Walk("anonymous", stranger, found)]
    for name, account in _people(site):
        visitor = Visitor(site.url).sign_in(account)
        walks.append(Walk(name, visitor, crawl(visitor, ["/"], folder / "pages" / name)))
    _check_parts(walks, folder)
    everything = [address for walk in reversed(walks) for address in walk.found.addresses]
    for walk in walks:
        refusals(walk.visitor, walk.found, everything, folder / "refused" / walk.name)
    failed_sign_in(Visitor(site.url), site.accounts[0], folder / "refused" / "sign-in")
    for walk in (walks[1], walks[-1]):
        token = make_token(walk.visitor)
        ask_api(
            Visitor(site.url), token, document, seen=everything, folder=folder / "api" / walk.name
        )
    for filled in (False, True):
        for walk in walks:
            place = folder / "forms" / ("as-shown" if filled else "empty") / walk.name
            send_forms(walk.visitor, walk.found, place, filled=filled)
    return walks


def _people(site: Served) -> list[tuple[str, Account]]:
    students = [account for account in site.accounts if account.role == "student"]
    chosen = [(f"student-{n + 1}", students[n]) for n in _STUDENTS if n < len(students)]
    staff = {account.role: account for account in reversed(site.accounts)}
    return [*chosen, ("grader", staff["grader"]), ("instructor", staff["instructor"])]


def _check_parts(walks: list[Walk], folder: Path) -> None:
    """Style sheets, scripts and pictures that a page names and the site does not have."""
    parts = sorted(set().union(*(walk.found.parts for walk in walks)))
    visitor = walks[-1].visitor
    missing = [part for part in parts if visitor.get(part).status != 200]
    (folder / "missing-parts.txt").write_text("".join(f"{part}\n" for part in missing))
