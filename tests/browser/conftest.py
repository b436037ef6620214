"""Fixtures of the stories: one service and one Chromium for all, a fresh window for each test.

They last for this folder alone: Playwright keeps an event loop in its thread, which must not run
while other folders' tests start theirs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as NotInTime

from tests.browser.service import Account, Site, running_demo
from tests.browser.watch import Watch
from tests.browser.workshop import Workshop, open_workshop

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # Whatever a page may try, no name but our own address leads anywhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_PATIENCE_MS = 30_000.0
# The name of a student which a spreadsheet would run.
FORMULA = '=HYPERLINK("http://192.0.2.1/")'

expect.set_options(timeout=_PATIENCE_MS)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # The same engine without a desktop's windows takes half of the time.
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        reason = "there is no chromium: install Debian's package of that name"
        if "chromium" in os.environ.get("HELDOUT_TEST_REQUIRE", ""):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_demo(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="package")
def invitations(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One-time links of students who are new to the course, by name."""
    names = ("Ada", "Boole", "Curie", "Darwin", "Euler")
    people = [(name, f"{name.lower()}@example.org") for name in names]
    links = site.invite([*people, (FORMULA, "f@example.org")], tmp_path_factory.mktemp("roster"))
    return dict(zip(names, links, strict=False))


@pytest.fixture(scope="package")
def workshop(site: Site) -> Workshop:
    """A course of its own beside the demo's."""
    return open_workshop(site)


@pytest.fixture(scope="package")
def sessions() -> dict[str, Any]:
    """The cookies of everyone who has signed in so far, by email."""
    return {}


class Visitors:
    """Opens windows on the service and watches over all of them."""

    def __init__(self, site: Site, browser: Browser, sessions: dict[str, Any]) -> None:
        self._site = site
        self._browser = browser
        self._sessions = sessions
        self._open: list[tuple[BrowserContext, Watch]] = []

    def stranger(self, **options: Any) -> Page:
        """A window of nobody in particular."""
        context = self._browser.new_context(base_url=self._site.url, **options)
        context.set_default_timeout(_PATIENCE_MS)
        self._open.append((context, Watch(context, self._site.url)))
        return context.new_page()

    def signed_in(self, account: Account, **options: Any) -> Page:
        """A window of someone who is signed in, on the page they land on."""
        page = self.of(account, **options)
        page.goto("/")
        return page

    def of(self, account: Account, **options: Any) -> Page:
        """A window of someone who is signed in, on no page yet."""
        if account.email not in self._sessions:
            page = self.stranger()
            sign_in(page, account)
            self._sessions[account.email] = page.context.storage_state()
        return self.stranger(storage_state=self._sessions[account.email], **options)

    def newcomer(self, name: str, link: str) -> Page:
        """A window of someone who has just set a password through a one-time link."""
        page = self.stranger()
        page.goto(link)
        password = f"{name} likes long passwords"
        page.get_by_label("New password").fill(password)
        page.get_by_label("The same password again").fill(password)
        page.get_by_role("button", name="Set the password").click()
        sign_in(page, Account("student", f"{name.lower()}@example.org", password, name))
        return page

    def close(self) -> list[str]:
        """Close every window; what was wrong in any of them."""
        complaints = []
        opened, self._open = self._open, []
        for context, watch in opened:
            watch.settle(context)
            context.close()
            assert watch.requests, "a window was opened and never used"
            complaints += watch.complaints
        return complaints


def sign_in(page: Page, account: Account) -> None:
    """Fill in the form as people do."""
    if "/login" not in page.url:
        page.goto("/login")
    page.get_by_label("Email").fill(account.email)
    page.get_by_label("Password").fill(account.password)
    page.get_by_role("button", name="Sign in").click()
    try:
        page.get_by_role("button", name="Sign out").wait_for()
    except NotInTime as error:
        said = page.locator("body").inner_text()[:500]
        raise AssertionError(f"{account.email} is not signed in at {page.url}: {said}") from error


@pytest.fixture
def visitors(site: Site, chromium: Browser, sessions: dict[str, Any]) -> Iterator[Visitors]:
    """Windows for one test; afterwards nothing of what a watch looks for may have happened."""
    visitors = Visitors(site, chromium, sessions)
    yield visitors
    assert visitors.close() == []
