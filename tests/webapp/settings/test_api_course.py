"""Running a course by program: each change by scope and role, seen on the page and in the log."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from autograder.assignment import load_assignment
from autograder.cli.new import write_assignment
from autograder.proof.validation_record import record
from tests.webapp.graders import result
from tests.webapp.sample_course import ASSIGNMENT
from webapp.base.typed_times import for_input
from webapp.models import AuditEntry, Course, CourseAssignment, Enrolment, ResultVisibility, User

STAFF = "/api/v1/courses/dl/staff"
ITEM = f"{STAFF}/assignments/{ASSIGNMENT}"
RESULTS, SETTINGS = f"{ITEM}/results", f"{ITEM}/settings"
ROSTER = b"name,email,role,section\nZoe,zoe@example.edu,student,B\nBob,bob@example.edu,,\n"

# What opens each operation: "read" to all staff, or to instructors alone; "manage" to instructors.
_STAFF, _TEACH = ("read", {"gil", "ina"}), ("read", {"ina"})
_MANAGE = ("manage", {"ina"})
OPERATIONS = {
    ("GET", RESULTS): _STAFF,
    ("POST", f"{RESULTS}/rule"): _MANAGE,
    ("POST", f"{RESULTS}/publish"): _MANAGE,
    ("POST", f"{RESULTS}/hide"): _MANAGE,
    ("GET", f"{STAFF}/settings"): _TEACH,
    ("POST", f"{STAFF}/settings"): _MANAGE,
    ("POST", f"{STAFF}/settings/late-days"): _MANAGE,
    ("GET", SETTINGS): _TEACH,
    ("POST", SETTINGS): _MANAGE,
    ("POST", f"{SETTINGS}/rules"): _MANAGE,
    ("GET", f"{STAFF}/catalogue"): _TEACH,
    ("POST", f"{STAFF}/catalogue"): _MANAGE,
    ("GET", f"{ITEM}/release"): _STAFF,
    ("GET", f"{ITEM}/preview"): _STAFF,
    ("POST", f"{STAFF}/roster"): _MANAGE,
    ("POST", f"{STAFF}/people/2/link"): _MANAGE,
    ("POST", f"{STAFF}/people/2/end-links"): _MANAGE,
    ("POST", f"{STAFF}/people/2"): _MANAGE,
    ("POST", f"{STAFF}/people/2/remove"): _MANAGE,
    ("POST", f"{STAFF}/people/2/return"): _MANAGE,
    ("POST", f"{STAFF}/people"): _MANAGE,
    ("POST", f"{STAFF}/people/invitations"): _MANAGE,
    ("GET", f"{STAFF}/former"): _STAFF,
    ("GET", f"{STAFF}/insight"): _STAFF,
    ("GET", f"{STAFF}/at-risk"): _STAFF,
    ("GET", f"{ITEM}/insight"): _STAFF,
}
BODIES = {
    f"{RESULTS}/rule": {"rule": "at_once"},
    f"{STAFF}/settings": {},
    f"{STAFF}/settings/late-days": {"late_days": 0},
    SETTINGS: {},
    f"{SETTINGS}/rules": {},
    f"{STAFF}/catalogue": {"assignment": "a99_none"},
    f"{STAFF}/people/2": {"section": "B"},
    f"{STAFF}/people": {"name": "Zoe", "email": "zoe@example.edu"},
    f"{STAFF}/people/invitations": {},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """A folder of assignments with the course's own and one that is proved sound."""
    home = tmp_path / "assignments"
    home.mkdir()
    write_assignment(ASSIGNMENT, "The perceptron", home)
    added = write_assignment("a08_gates", "Gates", home)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert record(load_assignment(added), sound=True, seeds=3, at=at)
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(home))
    return home


def _log(session) -> list[AuditEntry]:
    entries = list(session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)))
    assert all(entry.detail["by"] == "API" for entry in entries)
    return entries


def _person(session, name: str) -> User:
    return session.scalars(sa.select(User).where(User.name == name)).one()


@pytest.mark.parametrize("name", ["ada", "gil", "ina", "eve"])
def test_each_operation_opens_to_its_roles_alone(ask, folder, name):
    wrong = []
    for (method, path), (_, roles) in OPERATIONS.items():
        body = BODIES.get(path) if method == "POST" else None
        code = ask(name, method, path, body)[0]
        expected = {200, 409, 422} if name in roles else {404 if name == "eve" else 403}
        if code not in expected:
            wrong.append(f"{method} {path}: {code}, expected one of {expected}")
    assert wrong == []


def test_each_operation_takes_its_scope_alone(ask, folder):
    for (method, path), (scope, _) in OPERATIONS.items():
        body = BODIES.get(path) if method == "POST" else None
        others = {"submit", "read", "grade", "manage"} - {scope}
        code, found = ask("ina", method, path, body, scopes=tuple(others))
        assert (code, "lacks the scope" in found["error"]) == (403, True), path
        assert ask("ina", method, path, body, scopes=(scope,))[0] in (200, 409, 422), path


def test_nothing_of_another_course_is_reached(ask, session, folder):
    """Eve instructs the other course, where nobody of this one is found."""
    bob = _person(session, "Bob").id
    other = "/api/v1/courses/other/staff"
    assert ask("eve", "POST", f"{other}/people/{bob}/link")[0] == 404
    assert ask("eve", "POST", f"{other}/people/{bob}/remove")[0] == 404
    elsewhere = sa.select(CourseAssignment).join(Course).where(Course.slug == "other")
    session.scalars(elsewhere).one().assignment = "a02_other"
    session.commit()
    for path in ("results", "settings", "preview", "release", "insight"):
        assert ask("eve", "GET", f"{other}/assignments/{ASSIGNMENT}/{path}")[0] == 404, path
    assert ask("eve", "POST", f"{other}/assignments/{ASSIGNMENT}/results/publish")[0] == 404
    assert session.scalars(sa.select(ResultVisibility)).all() == []


def test_results_are_held_back_published_and_hidden(ask, session, graded, auth):
    number = graded("ada", result(score=1)).id
    own = f"/api/v1/courses/dl/submissions/{number}"
    code, found = ask("ina", "POST", f"{RESULTS}/rule", {"rule": "after_due"})
    due = ask("gil", "GET", RESULTS)[1]["opens_at"]
    assert (code, found["shown"], found["opens_at"]) == (200, False, due)
    assert "held back" in found["sentence"]
    assert ask("ada", "GET", own)[1]["questions"] == []
    page = auth.login("ina").get(f"/courses/dl/staff/assignments/{ASSIGNMENT}/results").text
    assert "Held back" in page
    assert ask("ina", "POST", f"{RESULTS}/publish")[1]["shown"]
    assert ask("ada", "GET", own)[1]["score"] == 1
    hidden = ask("ina", "POST", f"{RESULTS}/hide")[1]
    assert (hidden["shown"], hidden["rule"]) == (False, "published")
    assert ask("ada", "GET", own)[1]["score"] is None
    code, refused = ask("ina", "POST", f"{RESULTS}/rule", {"rule": "never"})
    assert (code, "never" in refused["error"]) == (422, True)
    actions = ["show results after due", "publish results", "hide results"]
    assert [entry.action for entry in _log(session)] == actions


def test_an_assignment_s_settings_change_and_what_is_left_out_stays(ask, session, item, auth):
    before = ask("ina", "GET", SETTINGS)[1]
    due = item.due_at + timedelta(days=1)
    body = {"due_at": due.isoformat(), "points_in_total": 12.3456789, "reason": "the strike"}
    code, found = ask("ina", "POST", SETTINGS, body)
    assert code == 200
    changed = {"due_at": due.isoformat(timespec="seconds"), "points_in_total": 12.3456789}
    assert found == before | changed
    (entry,) = _log(session)
    assert (entry.action, entry.detail["reason"]) == ("change assignment", "the strike")
    assert set(entry.detail) == {"by", "reason", "due_at", "points_in_total"}
    page = auth.login("ina").get(f"/courses/dl/staff/assignments/{ASSIGNMENT}/settings").text
    assert for_input(due, item.course.time_zone) in page
    assert "12.3456789" in page
    # The same again, as it was read, changes nothing and needs no reason.
    same = {"due_at": found["due_at"], "opens_at": found["opens_at"], "title": found["title"]}
    assert ask("ina", "POST", SETTINGS, same) == (200, found)
    assert ask("ina", "POST", SETTINGS, {"due_at": None, "reason": "open end"})[1]["due_at"] is None
    assert len(_log(session)) == 2


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        (SETTINGS, {"title": "New"}, "reason: Say why"),
        (SETTINGS, {"due_at": "soon", "reason": "x"}, "due_at: This says 'soon', expected"),
        (SETTINGS, {"due_at": "2001-01-01T00:00Z", "reason": "x"}, "before it opens"),
        (SETTINGS, {"points_in_total": 20_000, "reason": "x"}, "expected a number from 0 to 10000"),
        (SETTINGS, {"title": " ", "reason": "x"}, "title: The title is empty"),
        (f"{SETTINGS}/rules", {"late_penalty": 101, "reason": "x"}, "late_penalty: This says"),
        (f"{SETTINGS}/rules", {"attempt_limit": 0, "reason": "x"}, "attempt_limit: This says"),
        (f"{SETTINGS}/rules", {"counting": "all"}, "counting"),
        (f"{STAFF}/settings", {"slides_due_at": "2001-01-01T00:00", "reason": "x"}, "Groups are"),
        (f"{STAFF}/settings/late-days", {"late_days": 366, "reason": "x"}, "0 to 365"),
    ],
)
def test_a_setting_that_does_not_fit_is_one_sentence_and_changes_nothing(
    ask, session, path, body, sentence
):
    before = ask("ina", "GET", SETTINGS), ask("ina", "GET", f"{STAFF}/settings")
    code, found = ask("ina", "POST", path, body)
    assert (code, sentence in found["error"]) == (422, True), found
    assert (ask("ina", "GET", SETTINGS), ask("ina", "GET", f"{STAFF}/settings")) == before
    assert _log(session) == []


def test_late_rules_and_late_days_change_what_counts(ask, session, item, graded):
    submission = graded("ada", result(score=2))
    item.due_at = item.opens_at
    session.commit()
    rules = {"late_penalty": 12.5, "attempt_limit": 3, "reason": "as announced"}
    code, found = ask("ina", "POST", f"{SETTINGS}/rules", rules)
    assert (code, found["late_penalty"], found["attempt_limit"]) == (200, 12.5, 3)
    session.refresh(submission)
    assert submission.counted < 2
    code, found = ask("ina", "POST", f"{STAFF}/settings/late-days", {"late_days": 9, "reason": "x"})
    assert (code, found["late_days"]) == (200, 9)
    session.refresh(submission)
    assert submission.counted == 2
    kept = ask("ina", "POST", f"{SETTINGS}/rules", {"counting": "last", "reason": "y"})[1]
    assert (kept["late_penalty"], kept["attempt_limit"], kept["counting"]) == (12.5, 3, "last")
    assert [entry.action for entry in _log(session)] == ["change late rules"] * 3


def test_a_course_s_dates_change_on_its_clock(ask, session, item, auth):
    read = ask("ina", "GET", f"{STAFF}/settings")[1]
    due = item.course.reviews_due_at + timedelta(days=3)
    body = {"reviews_due_at": for_input(due, item.course.time_zone), "reason": "x", "term": ""}
    code, found = ask("ina", "POST", f"{STAFF}/settings", body)
    moment = due.replace(second=0, microsecond=0).isoformat()
    assert (code, found) == (200, read | {"reviews_due_at": moment, "term": ""})
    assert [entry.action for entry in _log(session)] == ["change course rules"]


def test_an_assignment_is_found_in_the_catalogue_and_added(ask, session, folder, auth):
    listed = ask("ina", "GET", f"{STAFF}/catalogue")[1]["assignments"]
    assert [(e["assignment"], e["in_course"], e["problem"] == "") for e in listed] == [
        ("a08_gates", False, True),
        (ASSIGNMENT, True, False),
    ]
    body = {"assignment": "a08_gates", "opens_at": "2027-01-04T09:00", "due_at": "2027-01-03T09:00"}
    code, found = ask("ina", "POST", f"{STAFF}/catalogue", body)
    assert (code, found["error"].startswith("due_at: It is due before")) == (422, True)
    code, found = ask("ina", "POST", f"{STAFF}/catalogue", body | {"due_at": "2027-01-11T12:00Z"})
    assert (code, found["due_at"], found["unsound"]) == (201, "2027-01-11T12:00:00+00:00", "")
    assert "Gates" in auth.login("ada").get("/courses/dl/").text
    code, found = ask("ina", "POST", f"{STAFF}/catalogue", body | {"due_at": None})
    assert (code, found["error"]) == (409, "Gates is in the course already.")
    code, found = ask("ina", "POST", f"{STAFF}/catalogue", {"assignment": "a99_none"})
    assert (code, "There is no 'a99_none'" in found["error"]) == (409, True)
    assert [entry.action for entry in _log(session)] == ["add assignment"]


@pytest.mark.slow
def test_the_release_comes_as_the_file_of_the_page(ask, folder, graded, auth, client):
    number = graded("ada").id
    code, found = ask("gil", "GET", f"{ITEM}/release")
    page = auth.login("gil").get(f"/courses/dl/staff/assignments/{ASSIGNMENT}/release.ipynb")
    assert (code, found) == (200, json.loads(page.data))
    described = client.get("/api/v1/openapi.json").get_json()["paths"]
    operation = described["/api/v1/courses/{slug}/staff/assignments/{name}/release"]["get"]
    assert list(operation["responses"]["200"]["content"]) == [page.mimetype]
    assert page.mimetype in client.get("/api").text
    code, found = ask("gil", "GET", f"{ITEM}/preview")
    assert [row["submission"] for row in found["examples"]] == [number]
    kinds = {cell["kind"] for cell in found["cells"]}
    assert (code, found["refusal"], kinds) == (200, "", {"markdown", "code"})


def test_without_a_release_the_sentence_says_why(ask, folder):
    (folder / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").unlink()
    code, found = ask("gil", "GET", f"{ITEM}/release")
    assert (code, "cannot be read" in found["error"]) == (409, True)
    assert ask("gil", "GET", f"{ITEM}/preview")[1]["refusal"] == found["error"]


def _import(ask, data: bytes, name: str = "ina"):
    return ask(name, "POST", f"{STAFF}/roster", files={"roster": ("roster.csv", data)})


def test_a_roster_is_imported_and_its_links_work_once(ask, session, auth):
    code, found = _import(ask, ROSTER)
    assert (code, found["enrolled"], found["known"], found["mailed"]) == (200, 1, 1, 0)
    (link,) = found["links"]
    assert link["email"] == "zoe@example.edu"
    assert "Welcome, Zoe" in auth.visitor().get(link["link"]).text
    assert "zoe@example.edu" in auth.login("gil").get("/courses/dl/staff/people").text
    (entry,) = _log(session)
    assert (entry.action, entry.detail["enrolled"]) == ("import roster", 1)
    assert link["link"].rpartition("/")[2] not in str(entry.detail)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"what\nZoe\n", "has no column 'email'"),
        (ROSTER + b"Al,al,boss,\n", "line 4"),
        (b"", "0 b"),
    ],
)
def test_a_wrong_roster_enrols_nobody(ask, session, data, sentence):
    code, found = _import(ask, data)
    assert (code, sentence in found["error"]) == (422, True)
    assert session.scalar(sa.select(sa.func.count(Enrolment.id))) == 5
    code, found = ask("ina", "POST", f"{STAFF}/roster")
    assert (code, "No file was chosen" in found["error"]) == (422, True)


def test_a_link_is_made_for_ones_own_students_alone(ask, session):
    bob, ina = _person(session, "Bob"), _person(session, "Ina")
    found = ask("ina", "POST", f"{STAFF}/people/{bob.id}/link")[1]
    assert [link["user"] for link in found["links"]] == [bob.id]
    own = ask("ina", "POST", f"{STAFF}/people/{ina.id}/link")[1]
    assert (own["links"], own["kept_back"]) == ([], [ina.id])
    eve = _person(session, "Eve").id
    assert ask("ina", "POST", f"{STAFF}/people/{eve}/link")[0] == 404
    assert [entry.action for entry in _log(session)] == ["make sign-in link"] * 2


def test_someone_is_taken_out_and_oneself_is_not(ask, session, graded, auth):
    number, ada = graded("ada").id, _person(session, "Ada").id
    assert ask("ina", "POST", f"{STAFF}/people/{ada}/remove") == (200, {"done": True})
    assert ask("ina", "POST", f"{STAFF}/people/{ada}/remove")[0] == 404
    assert auth.login("ada").get("/courses/dl/").status_code == 404
    assert ask("gil", "GET", f"{STAFF}/submissions/{number}")[0] == 200
    own = f"{STAFF}/people/{_person(session, 'Ina').id}/remove"
    code, found = ask("ina", "POST", own)
    assert (code, found["error"]) == (409, "You cannot take yourself out of the course.")
    assert [entry.action for entry in _log(session)] == ["remove from course"]


def test_insight_says_what_the_pages_say(ask, session, item, graded, auth):
    graded("ada", result(score=1)), graded("bob", result(score=3))
    course = ask("gil", "GET", f"{STAFF}/insight")[1]
    (totals,) = course["assignments"]
    assert (course["students"], totals["submitted"], totals["mean"]) == (2, 2, 2)
    assert (totals["full"], totals["waiting"], totals["late"]) == (0, 2, 0)
    found = ask("gil", "GET", f"{ITEM}/insight")[1]
    assert (found["students"], found["submitted"], found["scores"]["median"]) == (2, 2, 2)
    ranges = {row["range"]: row["students"] for row in found["scores"]["ranges"]}
    filled = [label for label, students in ranges.items() if students]
    assert filled == ["1 to below 2", "3 to below 4"]
    (question,) = found["questions"]
    assert (question["question"], question["graded"], question["full"]) == ("dense", 2, 1)
    (failure,) = question["failures"]
    assert (failure["reason"], failure["students"]) == ("Sum over the right axis.", 1)
    assert sum(row["in_time"] + row["late"] for row in found["times"]["periods"]) == 2
    page = auth.login("gil").get(f"/courses/dl/staff/assignments/{ASSIGNMENT}").text
    assert failure["reason"] in page


def test_who_may_not_pass_is_listed_in_pages(ask, session, item, graded, monkeypatch):
    graded("ada", result(score=3))
    assert ask("gil", "GET", f"{STAFF}/at-risk")[1] == {
        "due": 0,
        "possible": 0,
        "students": [],
        "found": 0,
    }
    item.due_at = item.opens_at + timedelta(minutes=1)
    session.commit()
    found = ask("gil", "GET", f"{STAFF}/at-risk")[1]
    assert (found["due"], found["possible"], found["found"]) == (1, 5, 1)
    (bob,) = found["students"]
    assert (bob["name"], bob["missing"], bob["points"]) == ("Bob", 1, 0)
    beyond = ask("gil", "GET", f"{STAFF}/at-risk?page=2")[1]
    assert (beyond["students"], beyond["found"]) == ([], 1)
