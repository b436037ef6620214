"""Lists of attempts say what counts, and what late work was graded with."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from webapp.base.database import db
from webapp.models import CourseAssignment, ResultRule
from webapp.scoring.counting import recount
from webapp.visibility.operations import set_rule

LOST = "before the late penalty"
STAFF = "/courses/dl/staff/assignments/a01_demo"


@pytest.fixture
def item(session):
    """The assignment of ada and bob, due two hours ago, with half of the points off for a day."""
    found = session.get_one(CourseAssignment, 1)
    found.opens_at -= timedelta(days=3)
    found.due_at -= timedelta(days=2, hours=2)
    found.late_penalty = 0.5
    session.commit()
    return found


@pytest.fixture
def late(session, item, graded):
    """Ada's late attempt: 3 points, of which 1.5 count."""
    made = graded("ada")
    recount(session, item)
    session.commit()
    session.refresh(made)
    assert (made.score, made.counted) == (3.0, 1.5)
    return made


@pytest.fixture
def in_time(session, item, graded):
    """Bob's attempt, which came in time."""
    made = graded("bob")
    made.received_at = item.due_at - timedelta(hours=1)
    recount(session, item)
    session.commit()
    return made


def pages_of(submission):
    return ("/courses/dl/assignments/a01_demo", f"/courses/dl/submissions/{submission.id}")


def test_students_read_what_counts_beside_what_was_graded(auth, late):
    ada = auth.login("ada")
    for path in pages_of(late):
        page = ada.get(path).text
        assert page.count(f'<span class="quiet">(3 {LOST})</span>') == 1
        assert "1.5" in page


def test_nothing_is_said_of_a_penalty_where_none_was_taken(auth, in_time):
    bob = auth.login("bob")
    for path in pages_of(in_time):
        assert LOST not in bob.get(path).text


def test_held_back_lists_say_neither_number(session, auth, item, late):
    set_rule(session, item, ResultRule.PUBLISHED)
    session.commit()
    ada = auth.login("ada")
    for path in pages_of(late):
        page = ada.get(path).text
        assert LOST not in page
        assert "1.5" not in page


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (STAFF, f'1.5 <span class="quiet">(3 {LOST})</span>'),
        (
            f"{STAFF}/preview",
            f'<strong>1.5</strong> of 5 points <span class="quiet">(3 {LOST})</span>',
        ),
    ],
)
def test_staff_read_both_in_every_list(auth, late, in_time, path, said):
    page = auth.login("gil").get(path).text
    assert said in page
    assert page.count(LOST) == 1


def test_a_students_file_says_both(auth, late):
    page = auth.login("gil").get(f"/courses/dl/staff/students/{late.user_id}").text
    assert f'1.5 points <span class="quiet">(3 {LOST})</span>' in page


def test_more_attempts_take_no_more_statements(app, auth, graded, late):
    gil, seen = auth.login("gil"), []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    def statements(path):
        seen.clear()
        assert gil.get(path).status_code == 200
        return len(seen)

    one = statements(STAFF)
    graded("bob")
    assert statements(STAFF) == one
    assert one <= 15
