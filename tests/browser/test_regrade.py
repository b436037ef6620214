"""Staff: new checks over everything, who changes, and what students see before and after."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.confirming import asking, confirm
from tests.browser.conftest import Visitors
from tests.browser.service import ASSIGNMENT, Site


@pytest.fixture
def changed_checks(site: Site):
    """The assignment's checks as staff have just changed them, while the workers run."""
    checks = site.data.parent / "assignments" / ASSIGNMENT / "checks.py"
    before = checks.read_text(encoding="utf-8")
    checks.write_text(before + "\n# Another version.\n", encoding="utf-8")
    yield
    checks.write_text(before, encoding="utf-8")


def test_a_regrade_is_looked_at_and_published(
    site: Site, visitors: Visitors, changed_checks: None
) -> None:
    page = visitors.signed_in(site.staff("instructor"))
    page.goto(site.address(f"staff/assignments/{ASSIGNMENT}"))
    page.get_by_role("link", name="Regrade").click()
    page.get_by_role("button", name="Regrade").click()
    expect(page.get_by_text("Students see none of it until you publish it")).to_be_visible()
    publish = asking(page, "Publish to students")
    expect(publish).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Nobody: every score comes out as it was.")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    confirm(page, "Publish to students", "Publish it")
    expect(page.get_by_text("The regrade is published")).to_be_visible()
    expect(page.get_by_role("heading", name="Earlier regrades")).to_be_visible()
    versions = site.ask(
        "SELECT DISTINCT g.grader_version, r.grader_version FROM results r"
        " JOIN regrade_items i ON i.new_result_id = r.id AND i.old_result_id != r.id"
        " JOIN regrades g ON g.id = i.regrade_id WHERE g.id = (SELECT max(id) FROM regrades)"
    )
    assert len(versions) == 1
    assert len(set(versions[0])) == 1
