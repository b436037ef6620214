"""A student's way: sign in, hand in, watch, read, hand in again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import notebooks
from tests.browser.conftest import Visitors, sign_in
from tests.browser.service import ASSIGNMENT, Site

TITLE = "The perceptron and the forward pass"
# Long enough to be seen while it runs, whatever else the machine does.
_SLOW = "import time\ntime.sleep(2)"


def hand_in(page: Page, data: bytes, name: str = f"{ASSIGNMENT}.ipynb") -> None:
    """Choose the file and submit it, on the assignment's page."""
    page.get_by_label("The notebook").set_input_files(notebooks.upload(data, name))
    page.get_by_role("button", name="Submit", exact=True).click()


def total(page: Page) -> float:
    """The score once it is there."""
    shown = page.locator(".total")
    expect(shown).to_contain_text("of 20 points")
    return float(shown.locator("strong").inner_text())


def test_a_student_sees_a_notebook_graded_reads_it_and_does_better(
    site: Site, visitors: Visitors, invitations: dict[str, str]
) -> None:
    page = visitors.newcomer("Ada", invitations["Ada"])
    page.get_by_role("link", name=f"Submit {TITLE}").click()
    expect(page.get_by_text("None yet. Your first attempt")).to_be_visible()

    hand_in(page, notebooks.release(_SLOW))
    expect(page.locator("#status .verdict").first).to_have_text(re.compile("Queued|Running"))
    page.evaluate("window.stayedHere = true")
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    assert total(page) == 0
    assert page.evaluate("window.stayedHere") is True
    assert loads == []
    assert page.title().startswith("Attempt 1")

    question = page.get_by_role("region", name="One perceptron")
    expect(question.get_by_text("Not written yet").first).to_be_visible()
    expect(question.get_by_text("perceptron is not written yet.").first).to_be_visible()
    expect(question.get_by_text("0 of 2")).to_be_visible()
    receipt = page.get_by_role("region", name="Receipt")
    expect(receipt.locator(".hash")).to_have_text(re.compile("^[0-9a-f]{64}$"))

    page.get_by_role("link", name="Submit again").click()
    hand_in(page, notebooks.solved(answer="Because lines stay *lines*."))
    assert total(page) == 18
    expect(page.get_by_text("1 written answer waits for staff")).to_be_visible()
    expect(page.locator(".answer em")).to_have_text("lines")
    assert page.locator("section.question .verdict.poor").count() == 0
    page.get_by_role("link", name="Your executed notebook").click()
    _plots_are_drawn(page)

    page.get_by_role("link", name="Course", exact=True).first.click()
    card = page.locator("li.card", has_text=TITLE)
    expect(card).to_contain_text("18 of 20 points")
    expect(card).to_contain_text("Best of 2 attempts")


def _plots_are_drawn(page: Page) -> None:
    plots = page.locator("img.plot")
    expect(plots.first).to_be_attached()
    for place in range(plots.count()):
        plots.nth(place).scroll_into_view_if_needed()
        expect(plots.nth(place)).to_have_js_property("complete", True)
        assert plots.nth(place).evaluate("plot => plot.naturalWidth") > 50
    assert plots.count() >= 3
    expect(page.locator("pre.text", has_text="activations: the public tests pass")).to_be_visible()
    expect(page.get_by_text("Hint 1").first).to_be_visible()


def test_what_a_student_got_wrong_is_said_with_got_and_expected(
    site: Site, visitors: Visitors
) -> None:
    page = visitors.signed_in(site.student(1))
    page.goto(site.address(f"assignments/{ASSIGNMENT}"))
    mistake = "def dense(X, W, b):\n    return (X @ W + b).sum(axis=1)"
    crash = "def perceptron(x, w, b):\n    weights = w\n    return weights[99999]"
    hand_in(page, notebooks.release(mistake, crash))
    total(page)
    wrong = page.get_by_role("region", name="A layer of perceptrons")
    expect(wrong.get_by_text("Not right yet").first).to_be_visible()
    expect(wrong.get_by_text(re.compile(r"shape \(.*expected \(")).first).to_be_visible()
    crashed = page.get_by_role("region", name="One perceptron")
    expect(crashed.get_by_text("Raised an error").first).to_be_visible()
    crashed.get_by_text("Traceback").first.click()
    expect(crashed.get_by_text("return weights[99999]").first).to_be_visible()


REFUSED = {
    "empty": (b"", "The file is empty"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(64), "PNG"),
    "nbformat 3": (b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}', "3"),
    "cut short": (notebooks.solved()[:5000], "notebook"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_wrong_file_is_refused_in_one_sentence_and_not_stored(
    site: Site, visitors: Visitors, kind: str
) -> None:
    data, words = REFUSED[kind]
    page = visitors.signed_in(site.student(2))
    page.goto(site.address(f"assignments/{ASSIGNMENT}"))
    before = _stored(site)
    hand_in(page, data)
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text(words)
    assert len(re.findall(r"[.!?](?=\s|$)", refusal.inner_text())) == 1, refusal.inner_text()
    expect(page.get_by_label("The notebook")).to_have_attribute("aria-invalid", "true")
    assert _stored(site) == before


def test_a_file_beyond_the_limit_is_stopped_in_the_browser_and_by_the_service(
    site: Site, visitors: Visitors, tmp_path: Path
) -> None:
    page = visitors.signed_in(site.student(2))
    page.goto(site.address(f"assignments/{ASSIGNMENT}"))
    before = _stored(site)
    large = tmp_path / "large.ipynb"
    large.write_bytes(notebooks.release() + b" " * (33 * 2**20))
    field = page.get_by_label("The notebook")
    field.set_input_files(large)
    assert "the most is 32 MB" in field.evaluate("e => e.validationMessage")
    page.get_by_role("button", name="Submit", exact=True).click()
    assert page.get_by_role("alert").count() == 0  # the browser has kept it back

    field.evaluate("e => { e.form.noValidate = true }")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That file is too large")
    assert _stored(site) == before


def test_a_file_dropped_anywhere_in_the_form_is_chosen_and_beside_it_none_is(
    site: Site, visitors: Visitors
) -> None:
    page = visitors.signed_in(site.student(2))
    page.goto(site.address(f"assignments/{ASSIGNMENT}"))
    files = page.evaluate_handle(
        """() => {
            const dragged = new DataTransfer();
            dragged.items.add(new File(["{}"], "dropped.ipynb"));
            return dragged;
        }"""
    )
    field, chosen = page.get_by_label("The notebook"), "e => [...e.files].map((f) => f.name)"
    page.get_by_role("heading", level=1).dispatch_event("drop", {"dataTransfer": files})
    assert field.evaluate(chosen) == []
    submit = page.get_by_role("button", name="Submit", exact=True)
    submit.dispatch_event("drop", {"dataTransfer": files})
    assert field.evaluate(chosen) == ["dropped.ipynb"]


def test_the_same_work_is_recognised(site: Site, visitors: Visitors) -> None:
    page = visitors.signed_in(site.student(3))
    for _ in range(2):
        page.goto(site.address(f"assignments/{ASSIGNMENT}"))
        hand_in(page, notebooks.release("first = 1"))
        total(page)
        address = page.url
    expect(page.get_by_text(re.compile(r"This is the same work as attempt \d"))).to_be_visible()
    assert site.ask(
        "SELECT count(*) FROM submissions WHERE id > ? AND user_id ="
        " (SELECT id FROM users WHERE email = ?)",
        int(address.rsplit("/", 1)[1]),
        site.student(3).email,
    ) == [(0,)]


def test_a_wrong_password_is_told_without_saying_which_part(site: Site, visitors: Visitors) -> None:
    page = visitors.stranger()
    page.goto("/")
    assert "/login" in page.url
    for email in (site.student(4).email, "nobody@example.edu"):
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill("not the password")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("do not match")
    sign_in(page, site.student(4))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(site.address(""))
    assert "/login" in page.url


def _stored(site: Site) -> tuple[int, int]:
    """How many submissions and how many contents there are."""
    counted = site.ask("SELECT (SELECT count(*) FROM submissions), (SELECT count(*) FROM contents)")
    return counted[0]
