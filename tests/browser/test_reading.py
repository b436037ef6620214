"""Reading without the mouse, and writing a review that nothing can lose."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.places import STUDENT_WITH_REVIEW
from tests.browser.service import Site


def _keys(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of that name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.innerText ?? ''"):
            return
    raise AssertionError(f"no number of tabs reaches {name}")


def test_a_grader_reads_and_scores_several_works_with_the_keyboard_alone(
    site: Site, visitors: Visitors
) -> None:
    page = visitors.signed_in(site.staff("grader"))
    page.goto(site.address("staff/readings"))
    count = "SELECT count(*) FROM written_scores"
    before = site.ask(count)[0][0]
    _tab_to(page, "Read the next")
    page.keyboard.press("Enter")
    for number in range(3):
        expect(page.get_by_role("heading", name="Your score")).to_be_visible()
        here = page.url
        _keys(page, "j", "k", "4", "3", "c")
        page.keyboard.type(f"Comment {number}: jk 0 s n")
        _keys(page, "Escape", "s")
        page.wait_for_url(lambda url, here=here: url != here)
        expect(page.get_by_text("Your score is saved.")).to_be_visible()
    assert site.ask(count)[0][0] == before + 3
    newest = "SELECT selections, comment FROM written_scores ORDER BY id DESC LIMIT 1"
    selections, comment = site.ask(newest)[0]
    assert '"clarity": "4"' in selections
    assert '"communication": "3"' in selections
    assert comment == "Comment 2: jk 0 s n"


def test_the_keys_can_be_turned_off_and_stay_off(site: Site, visitors: Visitors) -> None:
    page = visitors.signed_in(site.staff("grader"))
    page.goto(site.address("staff/readings/next"))
    here = page.url
    page.get_by_text("Keys", exact=False).first.click()
    page.get_by_role("button", name="Turn the keys off").click()
    page.reload()
    expect(page.locator("#keys-state")).to_have_text("(Keys are off)")
    page.locator("main").focus()
    _keys(page, "4", "n")
    assert page.locator("fieldset.marked").first.locator("input:checked").count() == 0
    assert page.url == here
    page.locator("#keys summary").click()
    page.get_by_role("button", name="Turn the keys on").click()


def test_a_review_is_kept_while_it_is_written_and_two_windows_never_overwrite_each_other(
    site: Site, visitors: Visitors
) -> None:
    student = site.student(STUDENT_WITH_REVIEW + 3)
    page = visitors.signed_in(student)
    page.goto(site.address("review"))
    editor = page.get_by_label("Your review, in Markdown")
    editor.fill("A first thought, with $x^2$.")
    said = page.locator("#draft-state")
    expect(said).to_have_text(re.compile(r"Draft saved at \d\d:\d\d\. It is not handed in yet\."))
    expect(
        page.get_by_role("region", name="Preview of your review").locator("math")
    ).to_be_visible()
    page.reload()
    expect(editor).to_have_value("A first thought, with $x^2$.")

    other = visitors.signed_in(student)
    other.goto(site.address("review"))
    other.get_by_label("Your review, in Markdown").fill("The other window's thought.")
    expect(other.locator("#draft-state")).to_have_text(re.compile("Draft saved at"))
    editor.fill("This window's thought.")
    expect(said).to_have_text(re.compile("Another window saved a different text"))
    page.get_by_role("button", name="Hand in the text").click()
    expect(page.get_by_role("heading", name="The text of the other window")).to_be_visible()
    expect(page.get_by_text("The other window's thought.")).to_be_visible()
    expect(editor).to_have_value("This window's thought.")
    page.get_by_role("button", name="Hand in the text").click()
    expect(page.get_by_text(re.compile("Your review is handed in"))).to_be_visible()
    expect(editor).to_have_value("This window's thought.")


def test_signing_out_saves_what_is_typed_first(site: Site, visitors: Visitors) -> None:
    student = site.student(STUDENT_WITH_REVIEW + 4)
    page = visitors.stranger()
    from tests.browser.conftest import sign_in

    sign_in(page, student)
    page.goto(site.address("review"))
    page.get_by_label("Your review, in Markdown").fill("Typed a moment before leaving.")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    sign_in(page, student)
    page.goto(site.address("review"))
    expect(page.get_by_label("Your review, in Markdown")).to_have_value(
        "Typed a moment before leaving."
    )
