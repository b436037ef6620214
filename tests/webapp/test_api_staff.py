"""What a program of the staff's changes: by scope and role, with the page's rules and its log."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook, result
from tests.webapp.people import ASSIGNMENT
from webapp import jobs, regrade_requests, similarity_work, tokens
from webapp.models import AuditEntry, Course, JobState, ScoreOverride, SubmissionState, User

STAFF = "/api/v1/courses/dl/staff"
SIMILARITY = f"{STAFF}/assignments/{ASSIGNMENT}/similarity"


@pytest.fixture
def ask(client, session):
    """Sends a request as someone, with a token of these scopes; returns status and answer."""

    def send(name, method, path, body=None, scopes=tokens.SCOPES):
        user = session.scalars(sa.select(User).where(User.name == name.capitalize())).one()
        text = tokens.create(session, user, "test", tuple(scopes))
        session.commit()
        headers = {"Authorization": f"Bearer {text}"}
        options = {} if body is None else {"json": body}
        answer = client.open(path, method=method, headers=headers, **options)
        session.expire_all()
        return answer.status_code, answer.get_json()

    return send


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
    asked = regrade_requests.ask(session, submission, "dense", "Please look again.")
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
    assert _actions(session) == ["retry", "pause grading"]


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
    assert similarity_work.take_one(engine, "w", lambda _: notebook("x = 1"))
    found = ask("ina", "GET", SIMILARITY)[1]
    assert (found["state"], found["total"], len(found["pairs"])) == ("done", 2, 1)
    assert _actions(session) == ["compare notebooks", "cancel comparison", "compare notebooks"]


CHANGES = (
    ("gil", "/submissions/1/overrides", {"points": 1, "reason": "R"}),
    ("gil", "/submissions/1/overrides/remove", {}),
    ("gil", "/requests/1/answer", {"decision": "declined", "reply": "R"}),
    ("gil", "/students/1/notes", {"text": "T"}),
    ("ina", "/queue/pause", {"paused": True}),
    ("ina", "/submissions/1/retry", None),
    ("ina", f"/assignments/{ASSIGNMENT}/similarity", {}),
    ("ina", f"/assignments/{ASSIGNMENT}/similarity/cancel", None),
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


@pytest.mark.parametrize("path", ["/requests", "/queue", "/students/1/notes"])
def test_students_and_strangers_read_none_of_it(ask, graded, path):
    graded("ada")
    for name, code in {"ada": 403, "eve": 404, "gil": 200}.items():
        assert ask(name, "GET", f"{STAFF}{path}")[0] == code, name
    assert ask("gil", "GET", SIMILARITY)[0] == 403
