"""An instructor's week: hand in for a class, make a check fairer, take the grades away."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import notebooks
from tests.browser.confirming import asking, confirm
from tests.browser.conftest import Visitors
from tests.browser.service import ASSIGNMENT, Account, Site
from tests.browser.workshop import Workshop

# Meant to be compared with 1/2, as a logistic output would be: the check compares with 0.
_HALF = (
    "def xor_params():\n"
    "    hidden = (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0]))\n"
    "    return [hidden, (np.array([[1.0], [-2.0]]), np.array([0.25]))]"
)
_GAIN = 2.0


def _archive(students: Sequence[Account]) -> bytes:
    """An nbgrader tree of the students' notebooks: the first four have the mistake."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number, student in enumerate(students):
            cells = [_HALF] if number < 4 else []
            name = f"submitted/{student.email}/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
            archive.writestr(name, notebooks.bare(f"student = {number}", *cells))
    return made.getvalue()


@pytest.fixture
def fairer_check(site: Site) -> Iterator[Callable[[], None]]:
    """Changes the check of XOR as staff would, while the workers run: either threshold will do."""
    checks = site.data.parent / "assignments" / ASSIGNMENT / "checks.py"
    before = checks.read_text(encoding="utf-8")
    after = before.replace("(logit > 0) == ", "(logit > 0.375) == ")
    assert after != before
    yield lambda: checks.write_text(after, encoding="utf-8") and None
    checks.write_text(before, encoding="utf-8")


def test_a_class_is_imported_and_a_regrade_changes_four_scores(
    workshop: Workshop, visitors: Visitors, fairer_check: Callable[[], None]
) -> None:
    page = visitors.signed_in(workshop.instructor)
    six = _with_work(page, workshop)
    before = workshop.scores()
    fairer_check()

    page.goto(workshop.address(f"staff/assignments/{ASSIGNMENT}/regrade"))
    page.get_by_role("button", name="Regrade").click()
    publish = asking(page, "Publish to students")
    expect(publish).to_be_visible(timeout=120_000)
    page.reload()  # so that the table is of the finished regrade
    changes = page.get_by_role("region", name="Table of changes")
    four = [student.name for student in six[:4]]
    assert sorted(changes.locator("tbody th").all_inner_texts()) == four
    expect(changes.get_by_text("+2", exact=True)).to_have_count(4)
    expect(changes.get_by_text("XOR by hand: 0 → 2")).to_have_count(4)

    theirs = visitors.signed_in(six[0])
    score = theirs.locator("li.card .score strong").first
    expect(score).to_have_text(f"{before[six[0].email]:g}")
    confirm(page, "Publish to students", "Publish it")
    expect(page.get_by_text("The regrade is published")).to_be_visible()
    theirs.reload()
    expect(score).to_have_text(f"{before[six[0].email] + _GAIN:g}")
    gained = {email: score - before[email] for email, score in workshop.scores().items()}
    assert {email for email, points in gained.items() if points} == {s.email for s in six[:4]}
    assert set(gained.values()) == {0.0, _GAIN}


def test_canvas_and_nbgrader_read_back_the_scores_of_the_table(
    workshop: Workshop, visitors: Visitors, tmp_path: Path
) -> None:
    page = visitors.signed_in(workshop.instructor)
    six = _with_work(page, workshop)
    page.goto(workshop.address("staff/grades"))
    canvas = _canvas(_download(page, "For Canvas", tmp_path))
    nbgrader = _nbgrader(_download(page, "nbgrader gradebook", tmp_path))
    page.goto(workshop.address("staff"))
    shown = {student.email: _total(page, student) for student in six}
    assert {email: canvas[email] for email in shown} == shown
    assert canvas == nbgrader == workshop.scores()


def _with_work(page: Page, workshop: Workshop) -> Sequence[Account]:
    """Six students whose notebooks were imported and graded: by this story or an earlier one."""
    six = workshop.students[:6]
    if not {student.email for student in six} <= set(workshop.scores()):
        _import(page, workshop, six)
    return six


def _import(page: Page, workshop: Workshop, students: Sequence[Account]) -> None:
    """Upload the archive, look at whose is whose, hand it in and wait until it is graded."""
    page.goto(workshop.address(f"staff/assignments/{ASSIGNMENT}/import"))
    files = page.get_by_label("ZIP archive")
    files.set_input_files(
        {"name": "class.zip", "mimeType": "application/zip", "buffer": _archive(students)}
    )
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("6 of 6 files are matched to students.")).to_be_visible()
    page.get_by_role("button", name="Hand in the 6 matched").click()
    expect(page.get_by_text("6 handed in, 0 were there already.")).to_be_visible()
    for number in workshop.newest(students):
        page.goto(workshop.address(f"submissions/{number}"))
        # The page brings itself up to date.
        expect(page.locator(".total")).to_contain_text("of 20 points")


def _total(page: Page, student: Account) -> float:
    cells = page.get_by_role("row", name=student.name).get_by_role("cell")
    return float(cells.last.inner_text())


def _download(page: Page, link: str, folder: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("link", name=link, exact=True).click()
    file = folder / started.value.suggested_filename
    started.value.save_as(file)
    return file


def _canvas(file: Path) -> dict[str, float]:
    """What Canvas takes from the file: scores by login, of the one assignment."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        header, points, *rows = csv.reader(lines)
    assert header[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert "Points Possible" in points[0]
    assert [float(each) for each in points[5:]] == [20.0]
    return {row[3]: float(row[5]) for row in rows if row[5]}


def _nbgrader(file: Path) -> dict[str, float]:
    """What nbgrader's own interface says."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{file}") as book:
        return {s.student.id: s.score for s in book.assignment_submissions(ASSIGNMENT)}
