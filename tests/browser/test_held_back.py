"""What is held back stays back until staff publish it; who wants to be ranked joins and leaves."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import EVERY_RULE, violations
from tests.browser.confirming import asking, publish
from tests.browser.conftest import Visitors
from tests.browser.service import ASSIGNMENT, Site

_RESULTS = f"staff/assignments/{ASSIGNMENT}/results"
_BOARD = f"assignments/{ASSIGNMENT}/leaderboard"


@pytest.fixture
def instructor(site: Site, visitors: Visitors) -> Iterator[Page]:
    """The instructor at the results' page; afterwards everybody sees results again."""
    page = visitors.signed_in(site.staff("instructor"))
    page.goto(site.address(f"staff/assignments/{ASSIGNMENT}"))
    page.get_by_role("link", name="Results").click()
    yield page
    page.goto(site.address(_RESULTS))
    page.get_by_label("are shown").select_option("at_once")
    page.get_by_role("button", name="Save the rule").click()
    expect(page.get_by_text("The rule is saved.")).to_be_visible()


def test_a_student_waits_for_results_until_staff_publish_them(
    site: Site, visitors: Visitors, instructor: Page
) -> None:
    instructor.get_by_role("button", name="Hide the results").click()
    expect(instructor.get_by_text("Results are hidden from students.")).to_be_visible()
    expect(instructor.locator(".verdict")).to_contain_text("Held back")

    page = visitors.signed_in(site.student(0))
    card = page.locator("li.card", has_text="The perceptron")
    expect(card.get_by_text("Graded")).to_be_visible()
    expect(card.locator(".score")).to_contain_text("–")
    card.get_by_role("link").click()
    expect(page.get_by_text("held back until staff publish them")).to_be_visible()
    expect(page.get_by_role("table").get_by_text(re.compile(r"\d (points|counts)"))).to_have_count(
        0
    )
    page.get_by_role("link", name="Attempt 3").click()
    expect(page.get_by_text("held back until staff publish them")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("^Public tests: "))).to_be_visible()
    expect(page.locator(".total, section.question, .message")).to_have_count(0)
    assert violations(page, EVERY_RULE) == ""
    attempt = page.url
    page.get_by_role("link", name="Your executed notebook").click()
    expect(page.locator("img.plot").first).to_be_attached()

    publish(instructor, "Publish the results", "Publish them as they are")
    expect(instructor.get_by_text("Students see their results now.")).to_be_visible()
    page.goto(attempt)
    expect(page.locator(".total")).to_contain_text("of 20 points")
    expect(page.get_by_role("heading", name="Since attempt 2")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Gained \+"))).not_to_have_count(0)


def test_a_student_joins_the_leaderboard_is_ranked_and_leaves(
    site: Site, visitors: Visitors
) -> None:
    student = site.student(6)
    with closing(sqlite3.connect(site.data / "heldout.sqlite", timeout=30)) as database:
        database.execute(
            "UPDATE results SET measure = 0.75 + id / 1000.0, measure_final = 0.75 - id / 1000.0,"
            " measure_name = 'AUC'"
        )
        database.commit()
    page = visitors.signed_in(student)
    page.goto(site.address(f"assignments/{ASSIGNMENT}"))
    page.get_by_role("link", name="Leaderboard").click()
    expect(page.get_by_role("columnheader", name="AUC")).to_be_visible()
    before = page.locator("tbody tr").count()
    page.get_by_label("Your alias").fill("perceptron")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("The alias perceptron is taken: choose another.")).to_be_visible()
    expect(page.get_by_label("Your alias")).to_have_value("perceptron")
    page.get_by_label("Your alias").fill("Night flight")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("You are on the leaderboard.")).to_be_visible()
    own = page.locator("tbody tr", has_text="Night flight")
    expect(own).to_contain_text("you")
    expect(own).to_contain_text(re.compile(r"0\.[78]\d\d"))
    assert violations(page, EVERY_RULE) == ""

    other = visitors.signed_in(site.student(1))
    other.goto(site.address(_BOARD))
    expect(other.get_by_text("Night flight")).to_be_visible()
    expect(other.locator("main").get_by_text(student.name)).to_have_count(0)
    staff = visitors.signed_in(site.staff("grader"))
    staff.goto(site.address(_BOARD))
    expect(staff.locator("tbody tr", has_text="Night flight")).to_contain_text(student.name)

    _reveal(site, visitors, page)
    page.get_by_role("button", name="Leave the leaderboard").click()
    expect(page.get_by_text("You have left the leaderboard")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(before)


def _reveal(site: Site, visitors: Visitors, student: Page) -> None:
    """The instructor reveals the final ranks, sees what the student sees, and takes them back."""
    instructor = visitors.signed_in(site.staff("instructor"))
    instructor.goto(site.address(_BOARD))
    asking(instructor, "Reveal the final ranks…").click()
    expect(instructor.get_by_text("but not what was seen")).to_be_visible()
    assert violations(instructor, EVERY_RULE) == ""
    instructor.get_by_role("button", name="Reveal them").click()
    expect(instructor.get_by_text("The final ranks are revealed.")).to_be_visible()
    assert violations(instructor, EVERY_RULE) == ""
    student.reload()
    expect(student.get_by_role("columnheader", name="Final rank")).to_be_visible()
    expect(student.locator("tbody")).to_contain_text(re.compile("up|down|same place"))
    assert violations(student, EVERY_RULE) == ""
    instructor.get_by_role("button", name="Take the final ranks back").click()
    expect(instructor.get_by_text("The final ranks are hidden again.")).to_be_visible()
    student.reload()
    expect(student.get_by_role("columnheader", name="Final rank")).to_have_count(0)
