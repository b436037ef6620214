"""The written option: a team and its slide, a paper review, two criteria, publication."""

from __future__ import annotations

import io
import re
from typing import Any

import pypdfium2
from playwright.sync_api import Page, expect

from tests.browser.confirming import publish
from tests.browser.conftest import Visitors
from tests.browser.service import Site


def pdf(pages: int, name: str = "slide.pdf") -> Any:
    """A PDF of empty pages, as a file chooser hands it over."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(800, 450)
    stream = io.BytesIO()
    document.save(stream)
    return {"name": name, "mimeType": "application/pdf", "buffer": stream.getvalue()}


def _score(page: Page, site: Site, what: str, clarity: int, communication: int) -> None:
    page.goto(site.address("staff/readings"))
    page.get_by_role("link", name=what).click()
    page.get_by_role("group", name="Clarity").get_by_label(str(clarity)).check()
    page.get_by_role("group", name="Technical").get_by_label(str(communication)).check()
    page.get_by_role("textbox", name="Comment").fill("Well said.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Your score is saved.")).to_be_visible()
    row = page.locator("tbody tr", has_text=what)
    expect(row).to_contain_text(f"{clarity}, {communication}")


def _publish(page: Page, site: Site, button: str) -> None:
    page.goto(site.address("staff/readings"))
    publish(page, button, "Publish what is read")
    expect(page.get_by_text(button)).to_have_count(0)


def test_three_students_become_a_team_and_hand_in_a_slide_that_is_scored(
    site: Site, visitors: Visitors, invitations: dict[str, str]
) -> None:
    boole, curie, darwin = (
        visitors.newcomer(name, invitations[name]) for name in ("Boole", "Curie", "Darwin")
    )
    boole.goto(site.address("proposal"))
    boole.get_by_label("The team's name").fill("Logicians & <Friends>")
    boole.get_by_role("button", name="Start").click()
    code = boole.locator("code.code").inner_text()
    for page, typed in ((curie, f" {code[:4]} {code[4:].lower()}"), (darwin, code)):
        page.goto(site.address("proposal"))
        page.get_by_label("Invitation code").fill("WRONG234")
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_role("alert")).to_contain_text("No team has that invitation code")
        page.get_by_label("Invitation code").fill(typed)
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_text("You are in Logicians & <Friends> now.")).to_be_visible()
    condition = darwin.locator("li", has_text="A team of 3 or 4 (it has 3)")
    expect(condition.locator(".verdict")).not_to_contain_text("Missing")

    _propose(darwin)
    curie.reload()
    expect(curie.get_by_role("heading", level=1)).to_have_text("Proofs that write themselves")
    curie.get_by_label("One page of PDF").set_input_files(pdf(2))
    curie.get_by_role("button", name="Hand in the slide").click()
    expect(curie.get_by_role("alert")).to_contain_text("The PDF has 2 pages, expected 1")
    curie.get_by_label("One page of PDF").set_input_files(pdf(1, "our slide.pdf"))
    curie.get_by_role("button", name="Hand in the slide").click()
    expect(curie.get_by_text(re.compile("The slide is in"))).to_be_visible()
    boole.reload()
    picture = boole.get_by_alt_text("Picture of the slide")
    expect(picture).to_be_visible()
    assert picture.evaluate("e => e.complete && e.naturalWidth") >= 100
    expect(boole.get_by_role("link", name="our slide.pdf")).to_be_visible()

    staff = visitors.signed_in(site.staff("instructor"))
    _score(staff, site, "Proofs that write themselves", 4, 5)
    boole.reload()
    assert boole.get_by_role("heading", name="Scores").count() == 0
    _publish(staff, site, "Publish the scores to students")
    boole.reload()
    scores = boole.get_by_role("region", name="Scores")
    expect(scores).to_contain_text("4 of 5")
    expect(scores).to_contain_text("5 of 5")
    expect(scores).to_contain_text("Well said.")
    _publish(staff, site, "Hide the scores from students")
    boole.reload()
    assert boole.get_by_role("heading", name="Scores").count() == 0


def _propose(page: Page) -> None:
    page.get_by_role("textbox", name="Title").fill("Proofs that write themselves")
    page.get_by_role("textbox", name="Abstract").fill("A network that *searches* for proofs.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Title and abstract are saved.")).to_be_visible()


def test_a_review_is_written_with_a_preview_and_kept_beside_its_pdf(
    site: Site, visitors: Visitors, invitations: dict[str, str]
) -> None:
    page = visitors.newcomer("Euler", invitations["Euler"])
    page.get_by_role("link", name="Paper review", exact=True).first.click()
    page.get_by_label("The paper").fill("An. Other (2016). A paper of my own.")
    editor = page.get_by_label("Your review, in Markdown")
    editor.press_sequentially("It is **short** <script>window.ranHere = 1</script>")
    preview = page.get_by_role("region", name="Preview of your review")
    expect(preview.locator("strong")).to_have_text("short")
    expect(preview).to_contain_text("<script>")
    assert page.evaluate("window.ranHere") is None
    page.locator("form", has=editor).get_by_role("button", name="Hand in the text").click()
    expect(page.get_by_text(re.compile("Your review is handed in"))).to_be_visible()

    page.get_by_label("One page of PDF").set_input_files(pdf(2, "review.pdf"))
    page.get_by_role("button", name="Hand in the PDF").click()
    expect(page.get_by_role("alert")).to_contain_text("The PDF has 2 pages, expected 1")
    page.get_by_label("One page of PDF").set_input_files(pdf(1, "review.pdf"))
    page.get_by_role("button", name="Hand in the PDF").click()
    expect(page.get_by_role("link", name="review.pdf")).to_be_visible()
    expect(editor).to_have_value(re.compile(r"It is \*\*short\*\*"))

    staff = visitors.signed_in(site.staff("grader"))
    _score(staff, site, "An. Other (2016)", 2, 3)
    page.reload()
    assert page.get_by_role("heading", name="Scores").count() == 0
