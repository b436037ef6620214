"""A student's week from Monday to Friday, and the same course without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import notebooks
from tests.browser.accessibility import EVERY_RULE, violations
from tests.browser.confirming import confirm
from tests.browser.conftest import Visitors, sign_in
from tests.browser.service import ASSIGNMENT
from tests.browser.test_student import TITLE, hand_in, total
from tests.browser.test_written_option import pdf
from tests.browser.workshop import CODE, Workshop

_WRONG = "def dense(X, W, b):\n    return X @ W.T + b"
_SLIDE = "One page of PDF"


@pytest.fixture
def course(workshop: Workshop) -> Iterator[Workshop]:
    """The course with two days left; afterwards there are two days left again."""
    workshop.leave_time(timedelta(days=2))
    yield workshop
    workshop.leave_time(timedelta(days=2))


def test_a_week_in_a_students_life(course: Workshop, visitors: Visitors) -> None:
    page = visitors.stranger()
    sign_in(page, course.newcomer)
    next_up = page.get_by_role("region", name="What is next")
    expect(next_up).to_contain_text(f"Submit {TITLE}")
    expect(next_up).to_contain_text("in 2 days")
    _submit_wrong_read_and_fix(page, course)
    _join_and_replace_the_slide(page, course)
    course.leave_time(timedelta())
    _miss_the_deadline(page, course)
    _write_a_review(page, course)

    page.goto(course.address())
    expect(page.get_by_text("Two of Three: 3 members")).to_be_visible()
    expect(page.locator("li.card", has_text="Paper review")).to_contain_text("Handed in")
    expect(page.locator("li.card", has_text=TITLE)).to_contain_text("18 of 20 points")


def _submit_wrong_read_and_fix(page: Page, course: Workshop) -> None:
    page.get_by_role("link", name=f"Submit {TITLE}").click()
    hand_in(page, notebooks.bare(_WRONG))
    before = total(page)
    assert 0 < before < 18
    wrong = page.get_by_role("region", name="A layer of perceptrons")
    expect(wrong.get_by_text("Raised an error").first).to_be_visible()
    wrong.get_by_text("Traceback").first.click()
    expect(wrong.get_by_text("return X @ W.T + b").first).to_be_visible()

    page.get_by_role("link", name="Submit again").click()
    hand_in(page, notebooks.bare("fixed = True"))
    assert total(page) == 18
    expect(wrong.get_by_text("Passed").first).to_be_visible()
    expect(page.get_by_role("heading", name="Since attempt 1")).to_be_visible()
    page.goto(course.address())
    card = page.locator("li.card", has_text=TITLE)
    expect(card).to_contain_text("Best of 2 attempts")


def _join_and_replace_the_slide(page: Page, course: Workshop) -> None:
    page.goto(course.address("proposal"))
    page.get_by_label("Invitation code").fill(CODE)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("You are in Two of Three now.")).to_be_visible()
    page.get_by_role("textbox", name="Title").fill("Weather by ear")
    page.get_by_role("textbox", name="Abstract").fill("Rain *sounds* like rain.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Weather by ear")

    page.get_by_label(_SLIDE).set_input_files(pdf(2, "two.pdf"))
    page.get_by_role("button", name="Hand in the slide").click()
    expect(page.get_by_role("alert")).to_contain_text("The PDF has 2 pages, expected 1")
    page.get_by_label(_SLIDE).set_input_files(pdf(1, "first.pdf"))
    page.get_by_role("button", name="Hand in the slide").click()
    expect(page.get_by_role("link", name="first.pdf")).to_be_visible()
    page.get_by_label(_SLIDE).set_input_files(pdf(1, "second.pdf"))
    page.get_by_role("button", name="Replace the slide").click()
    expect(page.get_by_role("link", name="second.pdf")).to_be_visible()
    expect(page.get_by_role("link", name="first.pdf")).to_have_count(0)
    ready = page.get_by_role("region", name="Can it be presented?").locator(".verdict")
    expect(ready).to_contain_text(["Done"] * 3)


def _miss_the_deadline(page: Page, course: Workshop) -> None:
    """What comes late is taken and marked; what is final says so."""
    page.reload()
    page.get_by_label(_SLIDE).set_input_files(pdf(1, "third.pdf"))
    page.get_by_role("button", name="Replace the slide").click()
    expect(page.get_by_text("The slide is in, marked as late.")).to_be_visible()
    confirm(page, "Leave the team", "Leave it")
    expect(page.get_by_role("alert")).to_contain_text("Groups are final since")
    ready = page.get_by_role("region", name="Can it be presented?").locator(".verdict")
    expect(ready).to_contain_text(["Done", "Done", "Late"])
    assert violations(page, EVERY_RULE) == ""

    page.goto(course.address(f"assignments/{ASSIGNMENT}"))
    expect(page.get_by_text("The due time has passed.")).to_be_visible()
    hand_in(page, notebooks.bare("late = True"))
    total(page)
    page.goto(course.address(f"assignments/{ASSIGNMENT}"))
    newest = page.get_by_role("row", name=re.compile("^Attempt 3"))
    expect(newest.get_by_text("late", exact=True)).to_be_visible()
    counting = page.get_by_role("row").filter(has_text="counts")
    expect(counting).to_contain_text("Attempt 2")
    assert violations(page, EVERY_RULE) == ""


def _write_a_review(page: Page, course: Workshop) -> None:
    page.goto(course.address("review"))
    page.get_by_label("The paper").fill("An. Author (2016). On weather.")
    editor = page.get_by_label("Your review, in Markdown")
    editor.press_sequentially("The idea is $e^x$, **plainly**.")
    preview = page.get_by_role("region", name="Preview of your review")
    expect(preview.locator("strong")).to_have_text("plainly")
    expect(preview.locator("math")).to_be_visible()
    page.get_by_role("button", name="Hand in the text").click()
    expect(page.get_by_text(re.compile("Your review is handed in"))).to_be_visible()


def test_without_javascript_the_written_option_is_handed_in_and_read(
    course: Workshop, visitors: Visitors
) -> None:
    page = visitors.stranger(java_script_enabled=False)
    sign_in(page, course.students[-1])
    page.get_by_role("link", name="Paper review", exact=True).first.click()
    page.get_by_label("Your review, in Markdown").fill("Said **without** a script.")
    page.get_by_role("button", name="Save a draft and preview").click()
    preview = page.get_by_role("region", name="Preview of your review")
    _once_prepared(page, preview.locator("strong"))
    expect(preview.locator("strong")).to_have_text("without")
    page.get_by_role("button", name="Hand in the text").click()
    expect(page.get_by_text(re.compile("Your review is handed in"))).to_be_visible()
    page.goto(course.address("proposal"))
    page.get_by_label(_SLIDE).set_input_files(pdf(1, "plain.pdf"))
    page.get_by_role("button", name=re.compile("the slide$")).click()
    expect(page.get_by_role("link", name="plain.pdf")).to_be_visible()
    picture = page.get_by_alt_text("Picture of the slide")
    _once_prepared(page, picture)


def _once_prepared(page: Page, found: Locator) -> None:
    """Look again, as a page without scripts asks to, until what is prepared is there."""
    again = page.get_by_role("link", name="Look again")
    expect(found.or_(again).first).to_be_visible()
    while again.count():
        again.first.click()
    expect(found).to_be_visible()
