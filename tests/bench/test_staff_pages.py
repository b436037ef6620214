"""No page of staff or students needs more statements for more students or attempts."""

from __future__ import annotations

from pathlib import Path

from tests.bench.large_course import large_course
from tests.bench.staff_pages import PAGES, STUDENT_PAGES, measure

MOST_STATEMENTS = 16


def test_a_larger_class_needs_no_more_statements(tmp_path: Path) -> None:
    found = []
    for name, students, attempts in (("small", 12, 60), ("large", 90, 700)):
        folder = tmp_path / name
        folder.mkdir()
        size = {"students": students, "attempts": attempts, "assignments": 3}
        with large_course("", folder, **size) as app:
            found.append({page.page: page.statements for page in measure(app, rounds=1)})
    small, large = found
    assert large == small
    assert set(large) == {*PAGES, *STUDENT_PAGES}
    assert max(large.values()) <= MOST_STATEMENTS
