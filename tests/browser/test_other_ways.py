"""Other ways to use the same pages: with the keyboard alone, and without JavaScript."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import notebooks
from tests.browser.conftest import Visitors, sign_in
from tests.browser.service import ASSIGNMENT, Site
from tests.browser.test_student import TITLE, hand_in, total

_FOCUSED = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {
    name: (element.innerText || element.id || "").trim(),
    visible: outlined || style.boxShadow !== "none",
  };
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something of that name has the focus; it must always be seen where it is."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        assert focused["visible"], f"the focus on {focused['name']!r} cannot be seen"
        if focused["name"] == name:
            return
    raise AssertionError(f"Tab does not lead to {name!r}")


def test_the_keyboard_is_enough_to_sign_in_and_submit(site: Site, visitors: Visitors) -> None:
    account = site.student(6)
    page = visitors.stranger()
    # Asked for only at the key press, the interception of the dialog may come too late.
    page.on("filechooser", lambda _chooser: None)
    page.goto("/")
    page.keyboard.type(account.email)  # the first field has the focus already
    page.keyboard.press("Tab")
    page.keyboard.type(account.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    tab_to(page, "Skip to the content")
    page.keyboard.press("Enter")
    # The jump takes the focus away from what a quicker Tab would reach.
    page.wait_for_url("**#main")
    tab_to(page, TITLE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    tab_to(page, "notebook")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(notebooks.upload(notebooks.release("by_keyboard = 1")))
    tab_to(page, "Submit")
    page.keyboard.press("Enter")
    total(page)
    tab_to(page, "Your executed notebook")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Executed notebook")


def test_without_javascript_a_student_submits_and_reads(site: Site, visitors: Visitors) -> None:
    page = visitors.stranger(java_script_enabled=False)
    sign_in(page, site.student(7))
    page.get_by_role("link", name=TITLE).last.click()
    hand_in(page, notebooks.release("without_javascript = 1"))
    assert f"/assignments/{ASSIGNMENT}" not in page.url
    assert total(page) == 0
    expect(page.get_by_text("Not written yet").first).to_be_visible()
    page.get_by_role("link", name="Your executed notebook").click()
    expect(page.get_by_text("without_javascript = 1")).to_be_visible()
