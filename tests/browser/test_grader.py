"""A grader's evening: thirty reviews, and no hand on the mouse."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.browser.conftest import Visitors
from tests.browser.test_other_ways import tab_to
from tests.browser.workshop import REVIEWS, SLUG, Workshop

_STORED = (
    "SELECT r.id, s.selections, s.comment FROM readings s"
    " JOIN paper_reviews r ON r.id = s.review_id JOIN courses c ON c.id = r.course_id"
    " WHERE c.slug = ?"
)
_WAITING = "Read the next ({} wait for you)"


def test_thirty_reviews_are_graded_without_the_mouse(
    workshop: Workshop, visitors: Visitors
) -> None:
    page = visitors.signed_in(workshop.grader)
    page.goto(workshop.address("staff/readings"))
    # Beside the reviews there is the proposal of the one team.
    tab_to(page, _WAITING.format(REVIEWS + 1))
    page.keyboard.press("Enter")
    given: dict[str, tuple[str, str, str]] = {}
    for number in range(REVIEWS + 1):
        expect(page.locator("#keys-switch:not([hidden])")).to_be_attached()
        here = page.url
        clarity, communication = str(number % 6), str(number // 6 % 6)
        comment = f"Remark {number}" if number % 3 == 0 else ""
        for key in (clarity, communication):
            page.keyboard.press(key)
        if comment:
            page.keyboard.press("c")
            page.keyboard.type(comment)
            page.keyboard.press("Escape")
        given[here] = (clarity, communication, comment)
        page.keyboard.press("s")
        page.wait_for_url(lambda url, here=here: url != here)
    expect(page.get_by_text("Nothing more waits for you to read.")).to_be_visible()
    tab_to(page, _WAITING.format(0))

    stored = {}
    for number, selections, comment in workshop.site.ask(_STORED, SLUG):
        chosen = json.loads(selections)
        address = workshop.address(f"staff/readings/reviews/{number}")
        stored[address] = (chosen["clarity"], chosen["communication"], comment)
    assert len(stored) == REVIEWS
    assert stored == {address: marks for address, marks in given.items() if "/reviews/" in address}
