"""Many students' work by program: read, looked at, and then taken in or discarded."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook
from tests.webapp.imports.test_imports import archive
from tests.webapp.sample_course import ASSIGNMENT
from webapp.models import AuditEntry, Course, CourseAssignment, Submission

IMPORT = f"/api/v1/courses/dl/staff/assignments/{ASSIGNMENT}/import"
WORK = archive({"ada.ipynb": notebook("x = 1"), "nobody.ipynb": notebook("y")})


def _read(ask, data: bytes = WORK, query: str = "", name: str = "ina"):
    return ask(name, "POST", f"{IMPORT}{query}", files={"archive": ("work.zip", data)})


def _handed_in(session) -> int:
    return session.scalar(sa.select(sa.func.count(Submission.id)))


def test_an_archive_is_read_looked_at_and_taken_in_once(ask, session, auth):
    assert ask("ina", "GET", IMPORT)[0] == 404
    code, found = _read(ask)
    assert (code, found["found"], found["matched"], found["handed_in"]) == (201, 2, 1, 0)
    refused, ada = found["files"]
    assert ("Nobody enrolled" in refused["error"], refused["user"]) == (True, None)
    assert (ada["name"], ada["late"], ada["received_at"]) == ("Ada", False, None)
    assert ask("ina", "GET", IMPORT)[1] == found
    assert ask("ina", "GET", f"{IMPORT}?page=2")[1]["files"] == []
    page = auth.login("ina").get(f"/courses/dl/staff/assignments/{ASSIGNMENT}/import").text
    assert ("work.zip" in page, _handed_in(session)) == (True, 0)
    unseen = ask("ina", "POST", f"{IMPORT}/take", {"import": found["import"] + 1})
    assert unseen == (409, {"error": "That import is not open any more."})
    taken = ask("ina", "POST", f"{IMPORT}/take", {"import": found["import"]})
    assert taken == (200, {"new": 1, "same": 0, "dated": 0})
    assert ask("ina", "POST", f"{IMPORT}/take", {"import": found["import"]})[0] == 409
    assert _handed_in(session) == 1
    (entry,) = session.scalars(sa.select(AuditEntry))
    assert (entry.action, entry.detail["by"]) == ("import work", "API")
    assert "1 handed in" in entry.detail["outcome"]


def test_an_import_is_discarded_and_hands_in_nothing(ask, session):
    body = {"import": _read(ask)[1]["import"]}
    assert ask("ina", "POST", f"{IMPORT}/discard", body) == (200, {"done": True})
    assert ask("ina", "POST", f"{IMPORT}/discard", body)[0] == 409
    assert (ask("ina", "GET", IMPORT)[0], _handed_in(session)) == (404, 0)
    assert session.scalars(sa.select(AuditEntry.action)).all() == ["discard import"]


def test_work_counts_as_of_the_time_that_is_said(ask, session, item):
    item.due_at = item.opens_at
    session.commit()
    (ada,) = (f for f in _read(ask)[1]["files"] if not f["error"])
    assert ada["late"]
    found = _read(ask, query="?received=due")[1]
    (ada,) = (f for f in found["files"] if not f["error"])
    assert (ada["late"], ada["received_at"]) == (False, item.due_at.isoformat(timespec="seconds"))
    taken = ask("ina", "POST", f"{IMPORT}/take", {"import": found["import"]})[1]
    assert taken == {"new": 1, "same": 0, "dated": 1}


@pytest.mark.parametrize(
    ("data", "query", "sentence"),
    [
        (b"PK\x03\x04 broken", "", "damaged"),
        (WORK, "?received=soon", "This says 'soon'"),
        (WORK, "?received=2099-01-01T00:00", "still to come"),
        (WORK, "?when=now", "unknown field"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(ask, session, data, query, sentence):
    code, found = _read(ask, data, query)
    told = found.get("error") or " ".join(file["error"] for file in found["files"])
    assert (code in (201, 422), sentence in told) == (True, True), told
    assert (ask("ina", "GET", f"{IMPORT}?page=1")[1].get("matched", 0), _handed_in(session)) == (
        0,
        0,
    )


def test_only_instructors_of_the_course_import_with_a_token_that_manages(ask, session):
    for name, code in {"ada": 403, "gil": 403, "eve": 404}.items():
        assert _read(ask, name=name)[0] == code
        assert ask(name, "GET", IMPORT)[0] == code
        for path in ("take", "discard"):
            assert ask(name, "POST", f"{IMPORT}/{path}", {"import": 1})[0] == code
    files = {"archive": ("work.zip", WORK)}
    assert ask("ina", "POST", IMPORT, files=files, scopes=("read", "grade"))[0] == 403
    number = _read(ask)[1]["import"]
    elsewhere = sa.select(CourseAssignment).join(Course).where(Course.slug == "other")
    session.scalars(elsewhere).one().assignment = ASSIGNMENT
    session.commit()
    other = IMPORT.replace("dl", "other", 1)
    for path in ("take", "discard"):
        assert ask("eve", "POST", f"{other}/{path}", {"import": number})[0] == 409
    assert _handed_in(session) == 0


def test_an_archive_may_be_larger_than_a_notebook_for_instructors_alone(app, ask):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    large = archive({"ada.ipynb": notebook("x = 1" * 500)})
    assert _read(ask, large, name="ada")[0] == 403
    assert _read(ask, large)[0] == 201
