"""What every main page keeps: WCAG 2.2 AA by axe, in light and dark, and a phone's width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import COLOURS, EVERY_RULE, violations
from tests.browser.conftest import Visitors
from tests.browser.places import PLACES, Place
from tests.browser.service import Site
from tests.browser.watch import overflow, policy_faults
from webapp.site.headers import FILE_POLICY, POLICY

_SIZES = {"phone": (360, 740), "tablet": (800, 1000), "desk": (1280, 800)}


def _open(place: Place, site: Site, visitors: Visitors) -> Page:
    if place.viewer is None:
        page = visitors.stranger(color_scheme="light")
    elif isinstance(place.viewer, int):
        page = visitors.of(site.student(place.viewer), color_scheme="light")
    else:
        page = visitors.of(site.staff(place.viewer), color_scheme="light")
    page.goto(place.address(site))
    return page


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_accessible_in_both_themes_and_fits_every_width(
    site: Site, visitors: Visitors, place: Place
) -> None:
    page = _open(place, site, visitors)
    assert page.get_by_role("heading", level=1).count() == 1
    assert violations(page, EVERY_RULE) == ""
    # Without motion no colour is caught halfway from one theme to the other.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(page.locator("body")).to_have_css("background-color", "rgb(18, 24, 27)")
    assert violations(page, COLOURS) == ""
    for name, (width, height) in _SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        assert overflow(page) == [], f"the page is wider than a {name}"


def test_axe_would_notice(site: Site, visitors: Visitors) -> None:
    page = visitors.stranger()
    page.goto("/login")
    page.evaluate("document.querySelector('label[for=email]').remove()")
    assert "label" in violations(page, EVERY_RULE)


@pytest.mark.parametrize(
    ("strict", "loose"),
    [
        ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        ("style-src 'self'", "style-src 'unsafe-inline'"),
        ("script-src 'self'", "script-src 'self' data:"),
        ("connect-src 'self'", "connect-src *"),
        ("img-src 'self'", "img-src https://example.org"),
        ("base-uri 'none'", ""),
        ("default-src 'none'", ""),
    ],
)
def test_a_looser_policy_would_be_noticed(strict: str, loose: str) -> None:
    assert policy_faults(POLICY) == policy_faults(FILE_POLICY) == []
    assert policy_faults(POLICY.replace(strict, loose))
    assert policy_faults("")


def test_what_no_page_may_do_would_be_noticed(visitors: Visitors) -> None:
    page = visitors.stranger()
    steps = "console.log('said'); alert('shown'); fetch('http://192.0.2.1/x').catch(() => 0)"
    body = f"<script>{steps}</script>"
    page.route("**/odd", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto("/odd")
    page.evaluate("fetch('/nothing-here')")
    noticed = "\n".join(visitors.close())
    for part in ("/odd: its policy lacks", "said", "shown", "left the service", "answered 404"):
        assert part in noticed, noticed
