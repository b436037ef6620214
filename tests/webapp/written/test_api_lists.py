"""The course's lists and its log by program: by role, with the page's rules, and in the log."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.webapp.graders import result
from webapp.models import (
    AuditEntry,
    Job,
    JobState,
    MessageTemplate,
    StudentNote,
    SubmissionState,
)
from webapp.written.papers import PAPERS

STAFF = "/api/v1/courses/dl/staff"


def _logged(session) -> list[tuple[str, str]]:
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.action, entry.detail.get("by")) for entry in entries]


def test_papers_are_read_by_staff_and_changed_by_instructors(ask, auth, session):
    path = f"{STAFF}/papers"
    assert len(ask("gil", "GET", path)[1]["papers"]) == len(PAPERS)
    body = {"papers": ["A. Author (2020). A title.", "B. Author (2021). Another."]}
    assert ask("gil", "POST", path, body)[0] == 403
    assert ask("ada", "GET", path)[0] == 403
    assert ask("ina", "POST", path, body, scopes=("read", "grade"))[0] == 403
    assert ask("ina", "POST", path, body) == (200, body)
    assert "A. Author (2020). A title." in auth.login("ada").get("/courses/dl/review").text
    assert ask("ina", "POST", path, {"papers": ["x" * 301]})[0] == 422
    assert ask("ina", "POST", path, {"papers": ["two\nlines"]})[0] == 422
    one = {"papers": ["A. Author (2020).\u2028A title."]}
    assert ask("ina", "POST", path, one)[1] == {"papers": ["A. Author (2020). A title."]}
    assert _logged(session) == [("change suggested papers", "API")] * 2


def test_examples_of_proposals_keep_their_titles_and_texts(ask, auth, session):
    path = f"{STAFF}/examples"
    body = {"examples": [{"title": "Busy\u2028bees", "text": "A network\n\ncounts bees."}]}
    code, found = ask("ina", "POST", path, body)
    assert (code, found) == (
        200,
        {"examples": [{"title": "Busy bees", "text": "A network counts bees."}]},
    )
    assert ask("gil", "GET", path)[1] == found
    assert "counts bees." in auth.login("ada").get("/courses/dl/proposal").text
    blank = {"examples": [{"title": "Bees", "text": " "}]}
    code, found = ask("ina", "POST", path, blank)
    assert (code, "Write the text" in found["error"]) == (409, True)
    nameless = {"examples": [{"title": " ", "text": "A network counts bees."}]}
    code, found = ask("ina", "POST", path, nameless)
    assert (code, "has no title" in found["error"]) == (409, True)
    assert _logged(session) == [("change example proposals", "API")]


def test_kept_replies_are_the_courses_own(ask, session):
    path = f"{STAFF}/replies"
    code, found = ask("gil", "POST", path, {"title": "Thanks", "text": "Thank you."})
    assert (code, [each["title"] for each in found["replies"]]) == (201, ["Thanks"])
    number = found["replies"][0]["reply"]
    assert ask("ada", "GET", path)[0] == 403
    assert ask("eve", "POST", f"{path}/{number}/remove".replace("dl", "other", 1))[0] == 404
    assert session.scalars(sa.select(MessageTemplate.title)).all() == ["Thanks"]
    assert ask("gil", "POST", path, {"title": " ", "text": "x"})[0] == 409
    assert ask("gil", "POST", f"{path}/{number}/remove")[0] == 200
    assert ask("gil", "POST", f"{path}/{number}/remove")[0] == 404
    assert ask("gil", "GET", path)[1] == {"replies": []}


def test_the_log_is_filtered_by_kind_person_text_and_day(ask, graded, session):
    number = graded("ada", result(score=1)).user_id
    ask("gil", "POST", f"{STAFF}/students/{number}/notes", {"text": "Was ill."})
    ask("ina", "POST", f"{STAFF}/papers", {"papers": ["A. Author (2020). A title."]})
    path = f"{STAFF}/log"
    assert ask("gil", "GET", path)[0] == 403
    found = ask("ina", "GET", path)[1]
    assert [each["action"] for each in found["entries"]] == ["change suggested papers", "add note"]
    assert (found["found"], found["entries"][1]["who"]) == (2, "Gil")
    who = found["entries"][1]["user"]
    for query, actions in (
        ("kind=role", ["add note"]),
        (f"who={who}", ["add note"]),
        ("search=suggested", ["change suggested papers"]),
        ("until=2001-01-01", []),
        ("page=2", []),
    ):
        entries = ask("ina", "GET", f"{path}?{query}")[1]["entries"]
        assert [each["action"] for each in entries] == actions
    assert ask("ina", "GET", f"{path}?since=2026-02-30")[0] == 422
    assert ask("ina", "GET", f"{path}?kind=others")[0] == 422


def test_a_note_is_forgotten_where_it_was_kept(ask, graded, session):
    number = graded("ada").user_id
    notes = f"{STAFF}/students/{number}/notes"
    ask("gil", "POST", notes, {"text": "Was ill."})
    note = session.scalars(sa.select(StudentNote.id)).one()
    assert ask("ada", "POST", f"{notes}/{note}/remove")[0] == 403
    assert ask("gil", "POST", f"{notes}/{note + 1}/remove")[0] == 404
    assert ask("gil", "POST", f"{notes}/{note}/remove")[0] == 200
    assert session.scalars(sa.select(StudentNote)).all() == []
    assert _logged(session) == [("add note", "API"), ("remove note", "API")]


def test_a_submission_that_waits_is_taken_out_of_the_queue_once(ask, graded, session):
    submission = graded("ada")
    session.execute(sa.update(Job).values(state=JobState.QUEUED))
    submission.state = SubmissionState.QUEUED
    session.commit()
    path = f"{STAFF}/submissions/{submission.id}/cancel"
    assert ask("gil", "POST", path)[0] == 403
    assert ask("ina", "POST", path)[0] == 200
    code, found = ask("ina", "POST", path)
    assert (code, "does not wait any more" in found["error"]) == (409, True)
    assert _logged(session) == [("cancel", "API")]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"points": 1.5, "comment": "Good."}, 200),
        ({"points": 2.5}, 409),
        ({"points": -1}, 422),
        ({"points": 1, "comment": "x" * 5001}, 422),
    ],
)
def test_a_written_answers_points_are_given_by_hand(ask, graded, session, body, code):
    submission = graded("ada", result(score=1))
    path = f"{STAFF}/submissions/{submission.id}/grades"
    assert ask("gil", "POST", f"{path}/dense", {"points": 1})[0] == 404
    assert ask("ada", "POST", f"{path}/why", {"points": 1})[0] == 403
    assert ask("gil", "POST", f"{path}/why", body)[0] == code
    session.refresh(submission)
    assert submission.score == (2.5 if code == 200 else 1)
    assert _logged(session) == ([("grade written answer", "API")] if code == 200 else [])
