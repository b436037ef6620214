"""What a program of the staff's changes: by scope and role, with the page's rules and its log."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook, result
from tests.webapp.sample_course import ASSIGNMENT
from webapp.base.typed_times import for_input
from webapp.models import (
    AuditEntry,
    Course,
    CourseAssignment,
    Enrolment,
    JobState,
    ScoreOverride,
    SubmissionState,
    User,
)
from webapp.queue import jobs
from webapp.results.operations import ask_again
from webapp.similarity import work as similarity_work

STAFF = "/api/v1/courses/dl/staff"
EXTENSIONS = f"{STAFF}/assignments/{ASSIGNMENT}/extensions"
SIMILARITY = f"{STAFF}/assignments/{ASSIGNMENT}/similarity"


def _actions(session):
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert all(entry.detail.get("by") == "API" or entry.action == "retry" for entry in entries)
    return [entry.action for entry in entries]


def test_points_are_set_by_hand_and_taken_back(ask, session, graded):
    submission = graded("ada", result(score=1))
    address = f"{STAFF}/submissions/{submission.id}/overrides"
    body = {"question": "dense", "points": 2.5, "reason": "By hand."}
    code, found = ask("gil", "POST", address, body)
    assert (code, found["points"], found["automatic"]) == (200, 2.5, 1)
    assert session.scalars(sa.select(ScoreOverride.points)).all() == [2.5]
    assert ask("gil", "POST", address, body | {"points": 99})[0] == 409
    assert ask("gil", "POST", address, body | {"reason": ""})[0] == 422
    assert ask("gil", "POST", f"{address}/remove", {"question": "dense"})[0] == 200
    assert ask("gil", "POST", f"{address}/remove", {"question": "dense"})[0] == 409
    assert session.scalars(sa.select(ScoreOverride)).all() == []
    assert _actions(session) == ["override score", "remove override"]


def test_a_request_is_read_and_answered_once(ask, session, graded):
    submission = graded("ada", result(score=1))
    asked = ask_again(session, submission, question="dense", reason="Please look again.")
    listed = ask("gil", "GET", f"{STAFF}/requests?state=open")[1]
    assert [row["reason"] for row in listed["requests"]] == ["Please look again."]
    address = f"{STAFF}/requests/{asked.id}/answer"
    body = {"decision": "accepted", "reply": "You are right.", "points": 3}
    code, found = ask("gil", "POST", address, body)
    assert (code, found["state"], found["reply"]) == (200, "accepted", "You are right.")
    assert ask("gil", "POST", address, body)[0] == 409
    assert ask("eve", "POST", address.replace("dl", "other", 1), body)[0] == 404
    assert session.get_one(type(submission), submission.id).score == 3
    assert _actions(session) == ["answer regrade request"]


def test_notes_are_kept_for_staff(ask, session, graded):
    number = graded("ada").user_id
    address = f"{STAFF}/students/{number}/notes"
    assert ask("gil", "POST", address, {"text": "Was ill."})[0] == 201
    assert ask("gil", "POST", address, {"text": " "})[0] == 409
    code, found = ask("ina", "GET", address)
    assert (code, [row["text"] for row in found["notes"]]) == (200, ["Was ill."])
    assert _actions(session) == ["add note"]


def test_the_queue_is_read_paused_and_tried_again(ask, session, graded):
    submission = graded("ada")
    job = session.scalars(sa.select(jobs.Job)).one()
    address = f"{STAFF}/submissions/{submission.id}/retry"
    assert ask("ina", "POST", address)[0] == 409
    job.state, job.last_error, submission.state = JobState.DEAD, "It broke.", SubmissionState.FAULT
    session.commit()
    (shown,) = ask("gil", "GET", f"{STAFF}/queue")[1]["jobs"]
    assert (shown["state"], shown["error"]) == ("dead", "It broke.")
    assert ask("ina", "POST", address) == (200, {"done": True})
    assert ask("ina", "POST", f"{STAFF}/queue/pause", {"paused": True})[0] == 200
    assert ask("gil", "GET", f"{STAFF}/queue")[1]["paused"]
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    assert course.grading_paused_at is not None
    assert _actions(session) == ["grade again", "pause grading"]


def test_a_class_is_compared_by_program(ask, session, graded, engine):
    assert ask("ina", "GET", SIMILARITY)[0] == 404
    assert ask("ina", "POST", SIMILARITY, {})[0] == 409
    code = "def work(a, b):\n    total = 0\n    for each in a:\n        total += each * b - 1\n"
    code += "    while total > 10:\n        total = total // 2 + len(a)\n    return [total, b]\n"
    graded("ada", data=notebook(code * 2))
    graded("bob", data=notebook(code.replace("total", "sum_") * 2))
    assert ask("ina", "POST", SIMILARITY, {})[1]["state"] == "queued"
    assert ask("ina", "POST", f"{SIMILARITY}/cancel")[1]["state"] == "cancelled"
    assert ask("ina", "POST", f"{SIMILARITY}/cancel")[0] == 409
    assert ask("ina", "POST", SIMILARITY, {"all_attempts": True})[0] == 201
    assert similarity_work.take_one(engine, "w", lambda *_: notebook("x = 1"))
    found = ask("ina", "GET", SIMILARITY)[1]
    assert (found["state"], found["total"], len(found["pairs"])) == ("done", 2, 1)
    assert _actions(session) == ["compare notebooks", "cancel comparison", "compare notebooks"]


def _due(session, days):
    """So long after ada's and bob's assignment is due."""
    found = sa.select(CourseAssignment).join(Course).where(Course.slug == "dl")
    return session.scalars(found).one().due_at + timedelta(days=days)


def _number(session, name):
    return session.scalars(sa.select(User.id).where(User.name == name)).one()


def test_some_get_more_time_and_it_is_taken_back(ask, session):
    ada, until = _number(session, "Ada"), _due(session, 2)
    body = {"users": [ada], "due_at": until.isoformat(), "reason": "was ill"}
    code, found = ask("ina", "POST", EXTENSIONS, body)
    assert (code, found["students"]) == (200, 1)
    code, found = ask("gil", "GET", EXTENSIONS)
    (row,) = found["extensions"]
    assert (row["name"], row["reason"], row["given_by"]) == ("Ada", "was ill", "Ina")
    assert row["due_at"] == until.isoformat(timespec="seconds") > found["due_at"]
    assert ask("ina", "POST", f"{EXTENSIONS}/{ada}/remove", {"reason": " "})[0] == 409
    removed = ask("ina", "POST", f"{EXTENSIONS}/{ada}/remove", {"reason": "by mistake"})
    assert removed == (200, {"done": True})
    code, found = ask("ina", "POST", f"{EXTENSIONS}/{ada}/remove", {"reason": "again"})
    assert (code, found["error"]) == (409, "There is no extension to remove.")
    assert _actions(session) == ["give extension", "remove extension"]


def test_a_whole_section_gets_more_time_on_the_course_s_clock(ask, session):
    students = sa.select(Enrolment).join(User, Enrolment.user_id == User.id)
    bob = session.scalars(students.where(User.name == "Bob")).one()
    bob.section = "B"
    session.commit()
    zone = session.scalars(sa.select(Course).where(Course.slug == "dl")).one().time_zone
    until = _due(session, 3).replace(second=0, microsecond=0)
    body = {"section": "B", "due_at": for_input(until, zone), "reason": "the bus"}
    assert ask("ina", "POST", EXTENSIONS, body)[1]["due_at"] == until.isoformat()
    assert [row["name"] for row in ask("gil", "GET", EXTENSIONS)[1]["extensions"]] == ["Bob"]


@pytest.mark.parametrize(
    ("change", "code", "sentence"),
    [
        ({"due_at": "soon"}, 422, "expected a date and a time"),
        ({"due_at": "0001-01-01T00:00+14:00"}, 422, "The year is 1"),
        ({"due_at": "2001-01-01T00:00Z"}, 409, "ends after the due time"),
        ({"due_at": ""}, 409, "Say until when"),
        ({"users": [2**31 - 1]}, 409, "only students of this course"),
        ({"users": [0]}, 422, "does not fit"),
        ({"users": []}, 409, "Choose at least one student"),
    ],
)
def test_an_extension_that_is_none_is_refused_with_the_page_s_sentence(
    ask, session, change, code, sentence
):
    until = _due(session, 2).isoformat()
    body = {"users": [_number(session, "Ada")], "due_at": until, "reason": "ill"}
    refused, found = ask("ina", "POST", EXTENSIONS, body | change)
    assert refused == code
    assert sentence in found["error"]
    assert ask("gil", "GET", EXTENSIONS)[1]["extensions"] == []
    assert _actions(session) == []


def test_grades_are_those_of_the_page_s_report(ask, session, graded):
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    course.pass_rule = {"minimum_share": 0.5}
    session.commit()
    graded("ada", result(score=3))
    found = ask("gil", "GET", f"{STAFF}/grades")[1]
    assert found["assignments"] == [ASSIGNMENT]
    assert "50%" in found["rule"]
    shown = {
        row["name"]: (row["total"], row["possible"], row["passed"]) for row in found["students"]
    }
    assert shown == {"Ada": (3, 5, True), "Bob": (0, 5, False)}
    cell = found["students"][0]["scores"][ASSIGNMENT]
    assert (cell["score"], cell["waiting"], cell["late"]) == (3, 1, False)
    assert ask("gil", "GET", f"{STAFF}/grades?section=Z")[1]["found"] == 0
    assert ask("gil", "GET", f"{STAFF}/grades?page=2")[1]["students"] == []


CHANGES = (
    ("gil", "/submissions/1/overrides", {"points": 1, "reason": "R"}),
    ("gil", "/submissions/1/overrides/remove", {}),
    ("gil", "/requests/1/answer", {"decision": "declined", "reply": "R"}),
    ("gil", "/students/1/notes", {"text": "T"}),
    ("ina", "/queue/pause", {"paused": True}),
    ("ina", "/submissions/1/retry", None),
    ("ina", f"/assignments/{ASSIGNMENT}/similarity", {}),
    ("ina", f"/assignments/{ASSIGNMENT}/similarity/cancel", None),
    ("ina", f"/assignments/{ASSIGNMENT}/extensions", {"due_at": "2030-01-01", "reason": "R"}),
    ("ina", f"/assignments/{ASSIGNMENT}/extensions/1/remove", {"reason": "R"}),
    ("gil", "/readings/review/1", {"selections": {}}),
    ("gil", "/presentations/1/score", {"selections": {}}),
    ("gil", f"/assignments/{ASSIGNMENT}/answers/why/1", {"selections": {}}),
)


@pytest.mark.parametrize(("least", "path", "body"), CHANGES)
def test_a_change_needs_its_scope_and_its_role(ask, session, graded, least, path, body):
    graded("ada")
    assert ask(least, "POST", f"{STAFF}{path}", body, scopes=("read",))[0] == 403
    refused = {"ada": 403, "bob": 403, "eve": 404}
    refused |= {"gil": 403} if least == "ina" else {}
    for name, code in refused.items():
        assert ask(name, "POST", f"{STAFF}{path}", body)[0] == code, name
    assert session.scalars(sa.select(AuditEntry)).all() == []


READ = (
    *("/requests", "/queue", "/students/1/notes", "/grades", "/readings", "/presentations"),
    *(
        "/answers",
        f"/assignments/{ASSIGNMENT}/answers/why",
        f"/assignments/{ASSIGNMENT}/extensions",
    ),
    f"/assignments/{ASSIGNMENT}/answers/why/1",
)


@pytest.mark.parametrize("path", READ)
def test_students_and_strangers_read_none_of_it(ask, graded, path):
    graded("ada")
    for name, code in {"ada": 403, "eve": 404, "gil": 200}.items():
        assert ask(name, "GET", f"{STAFF}{path}")[0] == code, name
    assert ask("gil", "GET", SIMILARITY)[0] == 403
