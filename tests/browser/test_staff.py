"""Staff: the score table, the distribution, a written answer, the CSV file."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import FORMULA, Visitors
from tests.browser.service import ASSIGNMENT, STUDENTS, Account, Site

EXPORT = "Everything as CSV"


def column(page: Page, name: str) -> list[str]:
    """The texts of a column of the score table."""
    heads = [re.sub(r"\W+$", "", head) for head in page.locator("thead th").all_inner_texts()]
    cell = page.locator(f"tbody tr > :nth-child({heads.index(name) + 1})")
    return [text.strip() for text in cell.all_inner_texts()]


def test_the_score_table_sorts_and_searches(site: Site, visitors: Visitors) -> None:
    page = visitors.signed_in(site.staff("instructor"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Scores")
    names = column(page, "Student")
    assert len(names) >= 14
    assert names == sorted(names, key=str.casefold)

    page.get_by_role("link", name="Total").click()
    expect(page.get_by_role("columnheader", name="Total")).to_have_attribute(
        "aria-sort", "descending"
    )
    totals = [float(text) for text in column(page, "Total")]
    assert totals == sorted(totals, reverse=True)
    assert len(set(totals)) > 3
    page.get_by_role("link", name="Total").click()
    expect(page.get_by_role("columnheader", name="Total")).to_have_attribute(
        "aria-sort", "ascending"
    )
    assert [float(text) for text in column(page, "Total")] == sorted(totals)

    sought = site.student(3)
    page.get_by_label("Find a student").fill(sought.email.split("@")[0].upper())
    page.get_by_label("Find a student").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert column(page, "Student") == [sought.name]
    page.get_by_role("link", name=sought.name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(sought.name)


def test_the_histogram_says_what_its_table_says(site: Site, visitors: Visitors) -> None:
    page = visitors.signed_in(site.staff("grader"))
    page.get_by_role("link", name="The perceptron").click()
    chart = page.get_by_role("img", name="Distribution of scores")
    expect(chart).to_be_visible()
    table = page.get_by_role("table", name="Students by score")
    counts = [int(text) for text in table.locator("tbody td").all_inner_texts()]
    assert chart.locator("rect.bar").count() == len(counts)
    heights = [float(bar.get_attribute("height") or 0) for bar in chart.locator("rect.bar").all()]
    per_student = [height / count for height, count in zip(heights, counts, strict=True)]
    assert max(per_student) - min(per_student) < 0.1
    caption = page.locator("figure", has=chart).locator("figcaption")
    expect(caption).to_contain_text(f"{sum(counts)} students")


def _waiting_student(site: Site) -> Account:
    """Someone whose newest attempt has a written answer that waits, and whom no story needs."""
    found = site.ask(
        "SELECT u.email FROM submissions s JOIN users u ON u.id = s.user_id WHERE s.ungraded > 0"
        " AND s.attempt = (SELECT max(o.attempt) FROM submissions o WHERE o.user_id = u.id)"
    )
    waiting = {email for (email,) in found}
    return next(s for s in map(site.student, range(8, STUDENTS)) if s.email in waiting)


def test_a_graded_answer_raises_the_total_and_reaches_the_student(
    site: Site, visitors: Visitors
) -> None:
    student = _waiting_student(site)
    page = visitors.signed_in(site.staff("grader"))
    page.goto(site.address(f"staff/assignments/{ASSIGNMENT}"))
    page.get_by_role("link", name=f"Grade the written answer of {student.name}").click()
    score = page.locator(".total strong")
    before = float(score.inner_text())
    expect(page.get_by_text("1 written answer waits for staff")).to_be_visible()
    page.get_by_role("spinbutton", name="Points, 0 to 2").fill("1.5")
    page.get_by_label("Comment for the student").fill("Say <b>why</b>.")
    page.get_by_role("button", name="Save the grade").click()
    expect(page.get_by_text("1.5 of 2 points are saved.")).to_be_visible()
    expect(score).to_have_text(f"{before + 1.5:g}")

    page.goto(site.address(f"staff?search={student.email}"))
    assert column(page, "Total") == [f"{before + 1.5:g}"]
    theirs = visitors.signed_in(student)
    expect(theirs.locator(".score strong").first).to_have_text(f"{before + 1.5:g}")
    theirs.goto(site.address(f"assignments/{ASSIGNMENT}"))
    theirs.get_by_role("link", name=re.compile("^Attempt")).first.click()
    expect(theirs.get_by_text("Graded by staff")).to_be_visible()
    expect(theirs.get_by_text("Say <b>why</b>.")).to_be_visible()

    log = visitors.signed_in(site.staff("instructor"))
    log.get_by_role("link", name="Log").click()
    entry = log.locator("tbody tr").first
    expect(entry).to_contain_text("grade written answer")
    expect(entry).to_contain_text(site.staff("grader").name)


def test_the_csv_file_runs_nothing_in_a_spreadsheet(
    site: Site, visitors: Visitors, invitations: dict[str, str], tmp_path: Path
) -> None:
    page = visitors.signed_in(site.staff("instructor"))
    expect(page.get_by_role("link", name=FORMULA)).to_be_visible()
    students = len(column(page, "Student"))
    page.get_by_role("link", name="Grades", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("link", name=EXPORT).click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    names = [cell for row in rows for cell in row if FORMULA in cell]
    assert len(names) == 1
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t")]
    assert len(rows) == 1 + students


def test_a_grader_may_not_take_the_whole_table_away(site: Site, visitors: Visitors) -> None:
    page = visitors.signed_in(site.staff("grader"))
    page.get_by_role("link", name="Grades", exact=True).click()
    expect(page.get_by_role("link", name="Report to print")).to_be_visible()
    assert page.get_by_role("link", name=EXPORT).count() == 0
    page.goto(site.address("staff/scores.csv"))
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is for someone else")
