"""A student asks for a regrade, staff answer and raise the score, the student sees it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.accessibility import EVERY_RULE, violations
from tests.browser.conftest import Visitors
from tests.browser.service import Site


def _wrong_question(site: Site, email: str) -> tuple[int, str]:
    """Someone's newest attempt with a question that has not all its points."""
    found = site.ask(
        "SELECT s.id, q.question FROM submissions s JOIN users u ON u.id = s.user_id"
        " JOIN results r ON r.submission_id = s.id AND r.current"
        " JOIN question_scores q ON q.result_id = r.id"
        " WHERE u.email = ? AND q.kind = 'auto' AND q.score < q.max_score"
        " ORDER BY s.attempt DESC, q.position LIMIT 1",
        email,
    )
    return int(found[0][0]), str(found[0][1])


def test_a_request_is_asked_answered_with_points_and_read(site: Site, visitors: Visitors) -> None:
    student = site.student(0)
    number, question = _wrong_question(site, student.email)
    theirs = visitors.signed_in(student)
    theirs.goto(site.address(f"submissions/{number}"))
    score = theirs.locator(".total strong")
    before = float(score.inner_text())
    card = theirs.locator(f"section:has(> .card-body h3#q-{question})")
    card.get_by_text("Ask staff to look at this again").click()
    card.get_by_label("What should they look at?").fill("My answer is <b>right</b>, I think.")
    assert violations(theirs, EVERY_RULE) == ""
    card.get_by_role("button", name="Send the request").click()
    expect(theirs.get_by_text("Your request is with staff.")).to_be_visible()

    staff = visitors.signed_in(site.staff("grader"))
    staff.get_by_role("link", name="Requests").click()
    staff.get_by_label("Find a student").fill(student.email)
    staff.get_by_label("Find a student").press("Enter")
    asked = staff.locator("section.card", has_text="My answer is <b>right</b>, I think.")
    asked.get_by_label("Reply to the student").fill("You are right: half a point more.")
    points = asked.get_by_label(re.compile("^Points, 0 to"))
    most = float(points.get_attribute("max") or 0)
    points.fill(f"{most:g}")
    assert violations(staff, EVERY_RULE) == ""
    asked.get_by_role("button", name="Accept").click()
    expect(staff.get_by_text(f"{student.name} can read your answer.")).to_be_visible()

    theirs.goto(site.address())
    expect(theirs.get_by_text("You are right: half a point more.")).to_be_visible()
    theirs.goto(site.address(f"submissions/{number}"))
    expect(card.get_by_text("Set by staff")).to_be_visible()
    expect(card.locator(".marks strong")).to_have_text(f"{most:g}")
    assert float(score.inner_text()) > before
    assert violations(theirs, EVERY_RULE) == ""


def test_staff_look_as_a_student_change_nothing_and_come_back(
    site: Site, visitors: Visitors
) -> None:
    student = site.student(1)
    page = visitors.signed_in(site.staff("grader"))
    page.goto(site.address(f"staff?search={student.email}"))
    page.get_by_role("link", name=student.name).click()
    page.get_by_role("button", name="View as this student").click()
    banner = page.get_by_role("region", name="Looking as a student")
    expect(banner).to_contain_text(student.name)
    expect(page.get_by_role("heading", name="Assignments")).to_be_visible()
    assert violations(page, EVERY_RULE) == ""
    page.get_by_role("navigation", name="Course").get_by_role("link", name="Paper review").click()
    expect(banner).to_be_visible()
    banner.get_by_role("button", name="Stop looking").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(student.name)
    expect(banner).to_have_count(0)
