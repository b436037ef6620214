"""Another assignment's notebook takes no attempt; answers elsewhere and seconds are shown alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa

from autograder.assignment import find_assignment
from tests.webapp.graders import notebook, result
from webapp.models import CourseAssignment, Submission
from webapp.scoring import late_words
from webapp.scoring.late_policy import LatePolicy

A01, A03 = "a01_perceptron", "a03_backprop"


def source(name: str) -> bytes:
    return find_assignment(name).notebook_path.read_bytes()


def asks_for_two(session, item: CourseAssignment) -> None:
    """The course asks for two of the real assignments; `item` is the later one."""
    values = {"title": "The first", "points": 20, "course_id": item.course_id}
    session.add(CourseAssignment(assignment=A01, opens_at=item.opens_at, **values))
    item.assignment = A03
    session.commit()


def test_another_assignments_notebook_is_refused_before_an_attempt(auth, session, item):
    asks_for_two(session, item)
    ada = auth.login("ada")
    response = ada.submit(source(A01), to=A03)
    assert response.status_code == 422
    assert f"This looks like the notebook of {A01}" in response.text
    assert "no attempt was used" in response.text
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 0
    assert ada.submit(source(A03), to=A03).status_code == 303
    assert ada.submit(source(A01), to=A01).status_code == 303


def test_a_program_is_refused_alike(ask, session, item):
    asks_for_two(session, item)
    path = f"/api/v1/courses/{item.course.slug}/assignments/{A03}/submissions"
    status, answer = ask("ada", "POST", path, files={"notebook": ("w.ipynb", source(A01))})
    assert status == 422
    assert A01 in answer["error"]


def test_what_holds_nothing_of_any_is_taken(auth, session, item):
    asks_for_two(session, item)
    assert auth.login("ada").submit(notebook("x = 1"), to=A03).status_code == 303


def test_student_and_staff_read_the_same_answer_and_where_it_was(auth, graded):
    data = notebook("x = 1", answer="because")
    submission = graded("ada", data=data.replace(b'"markdown"', b'"raw"'))
    note = "The answer was found in cell 2, which is a raw cell."
    for name in ("ada", "ina"):
        visitor = auth.login(name)
        page = visitor.get(visitor.course(f"submissions/{submission.id}")).text
        assert "because" in page
        assert note in page


def test_what_the_notebook_went_on_without_is_said_to_its_student(auth, graded):
    note = "Cell 1, line 1: there is no module `google` here; available are numpy."
    submission = graded("ada", msgspec.structs.replace(result(), notes=(note,)))
    ada = auth.login("ada")
    assert note in ada.get(ada.course(f"submissions/{submission.id}")).text


def test_when_work_came_is_shown_to_the_second(auth, session, graded):
    submission = graded("ada")
    submission.received_at = datetime(2026, 2, 4, 22, 0, 30, tzinfo=UTC)
    session.commit()
    ada = auth.login("ada")
    assert "17:00:30 EST" in ada.get(ada.course(f"submissions/{submission.id}")).text


def test_the_rules_say_by_which_second_work_is_in_time(item):
    item.grace_minutes = 10
    due, grace = datetime(2026, 2, 4, 22, 0, tzinfo=UTC), timedelta(minutes=10)
    policy = LatePolicy("America/New_York", due, grace)
    assert late_words.in_words(item, policy)[0] == (
        "What has arrived as a whole by 17:10:00 is in time."
    )
