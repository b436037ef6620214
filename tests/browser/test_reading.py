"""Reading without the mouse, a review that nothing can lose, and presentation day."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors, sign_in
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
    count = "SELECT count(*) FROM readings"
    before = site.ask(count)[0][0]
    _tab_to(page, "Read the next")
    page.keyboard.press("Enter")
    for number in range(3):
        expect(page.locator("#keys-switch:not([hidden])")).to_be_attached()
        here = page.url
        _keys(page, "j", "k", "4", "3", "c")
        page.keyboard.type(f"Comment {number}: jk 0 s n")
        _keys(page, "Escape", "s")
        page.wait_for_url(lambda url, here=here: url != here)
        expect(page.get_by_text("Your score is saved.")).to_be_visible()
    assert site.ask(count)[0][0] == before + 3
    newest = "SELECT selections, comment FROM readings ORDER BY id DESC LIMIT 1"
    selections, comment = site.ask(newest)[0]
    assert '"clarity": "4"' in selections
    assert '"communication": "3"' in selections
    assert comment == "Comment 2: jk 0 s n"


def test_written_answers_are_read_by_keyboard_and_their_points_count(
    site: Site, visitors: Visitors
) -> None:
    page = visitors.signed_in(site.staff("grader"))
    page.goto(site.address("staff/readings/answers"))
    waiting = "SELECT sum(ungraded) FROM submissions"
    before = site.ask(waiting)[0][0]
    page.get_by_role("link", name="Read the next").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#keys-switch:not([hidden])")).to_be_attached()
    read = int(page.url.rsplit("/", 1)[1])
    _keys(page, "j", "4", "c")
    page.keyboard.type("Almost: name the layers.")
    _keys(page, "Escape", "s")
    expect(page.get_by_text("Your score is saved.")).to_be_visible()
    points, comment = site.ask(
        "SELECT points, comment FROM manual_grades WHERE submission_id = ?", read
    )[0]
    assert (points, comment) == (1.5, "Almost: name the layers.")
    assert site.ask(waiting)[0][0] == before - 1


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
    student = site.student(STUDENT_WITH_REVIEW - 1)
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
    student = site.student(STUDENT_WITH_REVIEW - 2)
    page = visitors.stranger()
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


def test_presentations_are_run_with_a_clock_and_scored_on_a_phone(
    site: Site, visitors: Visitors
) -> None:
    staff = visitors.signed_in(site.staff("instructor"))
    staff.goto(site.address("staff/readings/presentations"))
    staff.get_by_role("button", name="Draw the order").click()
    rows = staff.locator("tbody tr")
    expect(rows.nth(1)).to_be_visible()
    teams = staff.locator("tbody th a").all_inner_texts()
    staff.get_by_role("button", name=f"Down {teams[0]}").click()
    expect(rows.nth(1)).to_contain_text(teams[0])
    teams[0], teams[1] = teams[1], teams[0]

    staff.clock.install()
    staff.get_by_role("link", name="Start on the screen").click()
    slide = staff.get_by_alt_text(f"Slide of {teams[0]}")
    expect(slide).to_be_visible()
    assert slide.evaluate("e => e.complete && e.naturalWidth") >= 1000
    clock = staff.get_by_role("timer")
    staff.keyboard.press("Space")
    staff.clock.run_for(31_000)
    expect(staff.get_by_role("status")).to_have_text("30 seconds left")
    staff.clock.run_for(30_000)
    expect(staff.get_by_role("status")).to_have_text("Time is over")
    expect(clock).to_have_class("clock over")
    staff.get_by_role("button", name="Reset").click()
    expect(clock).to_have_text("1:00")

    phone = visitors.signed_in(site.staff("grader"), viewport={"width": 360, "height": 740})
    phone.goto(site.address("staff/readings/presentations"))
    phone.get_by_role("link", name="Score from here").click()
    for team in teams[:2]:
        expect(phone.get_by_role("heading", level=1)).to_have_text(team)
        phone.get_by_role("group", name="Clarity").get_by_text("5", exact=True).click()
        phone.get_by_role("group", name="Technical").get_by_text("4", exact=True).click()
        phone.get_by_role("button", name="Save").click()
        expect(phone.get_by_text(f"Your score of {team} is saved.")).to_be_visible()
    staff.get_by_role("button", name="Full screen").click()
    expect(staff.locator(":fullscreen")).to_have_count(1)
    staff.keyboard.press("Space")
    staff.keyboard.press("ArrowRight")
    expect(staff.get_by_alt_text(f"Slide of {teams[1]}")).to_be_visible()
    expect(staff.get_by_role("timer")).to_have_text("1:00")
    assert staff.evaluate("document.fullscreenElement !== null")
    assert staff.title().startswith(teams[1])
    staff.get_by_role("link", name="All teams").click()
    expect(rows.first).to_contain_text("9")
    staff.get_by_role("link", name="Results").click()
    expect(staff.get_by_role("row", name=re.compile(teams[0]))).to_contain_text("9")
