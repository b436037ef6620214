"""A course's assignments: their order, retiring and taking back, copying settings."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.arranging.conftest import add
from tests.webapp.graders import StandInPool, notebook, result
from tests.webapp.sample_course import ASSIGNMENT, enrol
from webapp.arranging import operations
from webapp.arranging.operations import NotArranged
from webapp.courses.assignments import assignments_of
from webapp.grading.worker import Worker
from webapp.models import (
    AuditEntry,
    CountingRule,
    Course,
    CourseAssignment,
    ResultRule,
    ResultVisibility,
    Role,
    Submission,
    SubmissionState,
)
from webapp.scoring.counting import recount_course
from webapp.visibility.operations import set_rule

STAFF = "/courses/dl/staff"
PAGE = f"{STAFF}/assignments/{ASSIGNMENT}"
API = f"/api/v1{STAFF}/assignments"
DAY = timedelta(days=1)


def actions(session):
    return session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()


@pytest.fixture
def elsewhere(session, ina):
    """The same assignment in another course, which ina instructs too."""
    course = session.scalars(sa.select(Course).where(Course.slug == "other")).one()
    enrol(session, course, ina.user, Role.INSTRUCTOR)
    session.commit()
    return session.scalars(
        sa.select(CourseAssignment).where(CourseAssignment.course_id == course.id)
    ).one()


def order(session, ina):
    return [item.assignment for item in assignments_of(session, ina.course)]


def test_an_assignment_moves_up_and_down_on_the_settings_page(auth, session, ina, second):
    visitor = auth.login("ina")
    assert "Move Title of a02_second up" in visitor.get(f"{STAFF}/settings").text
    for to, expected in (
        ("up", ["a02_second", ASSIGNMENT]),
        ("up", ["a02_second", ASSIGNMENT]),
        ("down", [ASSIGNMENT, "a02_second"]),
    ):
        response = visitor.post(f"{STAFF}/assignments/a02_second/move", {"to": to})
        assert response.status_code == 303
        session.expire_all()
        assert order(session, ina) == expected
    assert actions(session) == ["order assignments"] * 2


def test_a_program_puts_them_in_order_and_names_each_once(ask, session, ina, second):
    code, answer = ask("ina", "POST", f"{API}/order", {"assignments": ["a02_second", ASSIGNMENT]})
    assert (code, answer) == (200, {"assignments": ["a02_second", ASSIGNMENT], "retired": []})
    for names in ([ASSIGNMENT], [ASSIGNMENT, ASSIGNMENT], [ASSIGNMENT, "a02_second", "a03"], []):
        code, answer = ask("ina", "POST", f"{API}/order", {"assignments": names})
        assert code == 422
        assert "expected each that the course sets once" in answer["error"]
    assert order(session, ina) == ["a02_second", ASSIGNMENT]
    assert ask("gil", "POST", f"{API}/order", {"assignments": []})[0] == 403


def test_a_retired_assignment_leaves_every_list_and_total_and_comes_back(
    auth, ask, session, ina, item, graded
):
    graded("ada", result(score=3, manual=False))
    visitor, ada = auth.login("ina"), auth.login("ada")
    shown = {
        "home": lambda: ada.get("/courses/dl/").text,
        "scores": lambda: visitor.get(STAFF).text,
        "insight": lambda: visitor.get(f"{STAFF}/insight").text,
        "canvas": lambda: visitor.get(f"{STAFF}/grades/canvas.csv").text,
        "csv": lambda: visitor.get(f"{STAFF}/scores.csv").text,
        "own": lambda: str(ask("ada", "GET", "/api/v1/courses")),
        "own grade": lambda: ada.get("/courses/dl/grade").text,
    }
    before = {name: look() for name, look in shown.items()}
    words = ("The perceptron", ASSIGNMENT)
    assert [name for name, text in before.items() if not any(w in text for w in words)] == []
    assert visitor.post(f"{PAGE}/retire").status_code == 303
    assert "The perceptron is retired." in visitor.get(f"{STAFF}/settings").text
    session.expire_all()
    left = {name: look() for name, look in shown.items()}
    assert [name for name, text in left.items() if any(w in text for w in words)] == []
    assert ask("ada", "GET", "/api/v1/courses/dl/submissions")[1]["found"] == 0
    assert visitor.post(f"{PAGE}/take-back").status_code == 303
    assert "in the course again" in visitor.get(f"{STAFF}/settings").text
    after = {name: look() for name, look in shown.items()}
    assert after["csv"] == before["csv"]
    assert all(any(word in text for word in words) for text in after.values())
    assert actions(session) == ["retire assignment", "take assignment back"]


def test_totals_and_the_score_table_leave_out_what_is_retired(ask, session, ina, item, graded):
    graded("ada", result(score=3, manual=False))
    add(session, item.course, "a02_second")
    table = f"/api/v1{STAFF}/gradebook"
    assert ask("gil", "GET", table)[1]["students"][0]["total"] == 3
    operations.retire(session, ina, item)
    row = ask("gil", "GET", table)[1]["students"][0]
    assert (row["total"], row["scores"]) == (0, {})


def test_staff_and_its_students_still_look_at_retired_work(auth, session, ina, item, graded):
    submission = graded("ada")
    operations.retire(session, ina, item)
    gil, ada = auth.login("gil"), auth.login("ada")
    page = gil.get(PAGE).text
    assert "Ada" in page
    assert "Nobody has handed in" not in page
    assert "retired" in auth.login("ina").get(f"{STAFF}/settings").text.lower()
    page = ada.get(f"/courses/dl/assignments/{ASSIGNMENT}").text
    assert "was taken out of the course" in page
    assert f"/submissions/{submission.id}" in page
    assert 'id="notebook"' not in page
    assert ada.get(f"/courses/dl/submissions/{submission.id}").status_code == 200


def test_nothing_is_handed_in_to_a_retired_assignment(auth, ask, session, ina, item):
    operations.retire(session, ina, item)
    response = auth.login("ada").submit(notebook("x = 1"))
    assert response.status_code == 409
    assert "was taken out of the course" in response.text
    path = f"/api/v1/courses/dl/assignments/{ASSIGNMENT}/submissions"
    code, answer = ask("ada", "POST", path, files={"notebook": ("a.ipynb", notebook("x"))})
    assert code == 409
    assert "was taken out of the course" in answer["error"]
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 0


def test_what_was_queued_before_still_ends(auth, engine, session, ina, item):
    import threading

    auth.login("ada").submit(notebook("x = 1"))
    operations.retire(session, ina, item)
    Worker(engine, StandInPool(), poll_seconds=0.01).run(threading.Event(), drain=True)
    found = session.scalars(sa.select(Submission)).one()
    assert (found.state, found.counts) == (SubmissionState.GRADED, True)


def test_late_days_spent_on_what_is_retired_are_free_again(session, ina, item, graded):
    first = graded("ada", result(score=3, manual=False))
    later = graded("ada", result(score=3, manual=False), notebook("y"))
    second = add(session, item.course, "a02_second")
    session.get_one(Course, item.course_id).late_days = 1
    second.due_at, second.late_penalty = item.due_at + DAY, 0.5
    item.late_penalty = 0.5
    session.commit()
    later.course_assignment_id, later.attempt = second.id, 1
    first.received_at, later.received_at = item.due_at + DAY / 2, second.due_at + DAY / 2
    session.commit()
    recount_course(session, ina.course)
    session.commit()
    assert (first.late_days_used, later.counted) == (1, 1.5)
    operations.retire(session, ina, item)
    session.expire_all()
    assert (later.late_days_used, later.counted) == (1, 3)
    operations.take_back(session, ina, item)
    session.expire_all()
    assert (first.late_days_used, later.counted) == (1, 1.5)


def test_a_retired_assignment_is_not_added_or_moved(auth, session, ina, item, second):
    operations.retire(session, ina, item)
    with pytest.raises(NotArranged, match="no place in the order"):
        operations.move(session, ina, item, up=True)
    assert not operations.retire(session, ina, item)
    operations.put_in_order(session, ina, ["a02_second"])
    assert operations.take_back(session, ina, item)
    assert not operations.take_back(session, ina, item)


def test_settings_are_copied_from_another_course_but_not_its_weeks(
    auth, session, ina, item, elsewhere
):
    due = item.due_at
    elsewhere.due_at = due + 21 * DAY
    elsewhere.cut_off_at, elsewhere.late_penalty = elsewhere.due_at + 3 * DAY, 0.1
    elsewhere.attempt_limit, elsewhere.counting = 4, CountingRule.LAST
    elsewhere.title = "Neurons"
    set_rule(session, elsewhere, ResultRule.PUBLISHED)
    session.commit()
    visitor = auth.login("ina")
    page = visitor.get(f"{PAGE}/settings/copy?course=other").text
    for word in ("Neurons", "10 %", "when staff publish them", "Attempts a student has"):
        assert word in page
    response = visitor.post(f"{PAGE}/settings/copy", {"course": "other"})
    assert response.location.endswith(f"{ASSIGNMENT}/settings")
    session.expire_all()
    assert (item.title, item.late_penalty, item.attempt_limit) == ("Neurons", 0.1, 4)
    assert (item.counting, item.due_at) == (CountingRule.LAST, due)
    assert abs(item.cut_off_at - due - 3 * DAY) <= timedelta(hours=1)
    assert session.get_one(ResultVisibility, item.id).rule == ResultRule.PUBLISHED
    assert actions(session) == ["copy settings"] * 2
    assert "Nothing would change" in visitor.get(f"{PAGE}/settings/copy?course=other").text


def test_only_from_a_course_that_one_instructs(auth, ask, session, item):
    visitor = auth.login("ina")
    assert "No other course that you instruct" in visitor.get(f"{PAGE}/settings/copy").text
    assert visitor.get(f"{PAGE}/settings/copy?course=other").status_code == 404
    assert visitor.post(f"{PAGE}/settings/copy", {"course": "other"}).status_code == 404
    path = f"{API}/{ASSIGNMENT}/settings/copy"
    assert ask("ina", "POST", path, {"course": "other"})[0] == 404


def test_a_program_copies_settings(ask, session, item, elsewhere):
    elsewhere.pause_minutes = 5
    session.commit()
    path = f"{API}/{ASSIGNMENT}/settings/copy"
    found = ask("ina", "GET", f"{path}?course=other")[1]["differences"]
    assert found == [{"setting": "Pause between two attempts, minutes", "now": "0", "then": "5"}]
    assert ask("ina", "POST", path, {"course": "other"}) == (200, {"changed": 1})
    assert ask("ina", "POST", path, {"course": "other"}) == (200, {"changed": 0})
    assert item.pause_minutes == 5
