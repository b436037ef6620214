"""Held-back results: nothing tells a student a point before its time; staff see everything."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from autograder.results import CellOutput, Curve, Plot
from tests.webapp.graders import notebook, result
from webapp.base.clock import now
from webapp.models import (
    AuditEntry,
    CourseAssignment,
    Job,
    JobState,
    ResultRule,
    ResultVisibility,
    User,
)
from webapp.site import tokens
from webapp.site.submit_client import describe
from webapp.visibility import sight

SCORE, MESSAGE, COMMENT = "1.75", "a message of a hidden check", "a comment of staff"
BEFORE, AFTER = timedelta(days=-1), timedelta(days=1)
# The rule, when it is due, whether staff have published: whether students see results.
CASES = {
    "no rule": (None, AFTER, False, True),
    "at once": (ResultRule.AT_ONCE, AFTER, False, True),
    "before the due time": (ResultRule.AFTER_DUE, AFTER, False, False),
    "after the due time": (ResultRule.AFTER_DUE, BEFORE, False, True),
    "before the due time, published": (ResultRule.AFTER_DUE, AFTER, True, True),
    "no due time": (ResultRule.AFTER_DUE, None, False, False),
    "not published": (ResultRule.PUBLISHED, BEFORE, False, False),
    "published": (ResultRule.PUBLISHED, AFTER, True, True),
}


@pytest.fixture
def rule(session):
    """Gives the assignment a rule."""

    def give(kind, due=AFTER, published=False) -> None:
        item = session.scalars(sa.select(CourseAssignment).where(CourseAssignment.course_id == 1))
        assignment = item.one()
        assignment.due_at = None if due is None else now() + due
        if kind is not None:
            at = now() if published else None
            row = ResultVisibility(course_assignment_id=assignment.id, rule=kind, published_at=at)
            session.merge(row)
        session.commit()

    return give


@pytest.fixture
def attempts(auth, graded):
    """Two graded attempts of ada's, the second with staff's points and a comment."""
    graded("ada", result(score=0.75, message="an earlier message"), notebook("x = 1"))
    found = result(score=1.25, message=MESSAGE)
    submission = graded("ada", found, notebook("x = 2", answer="**Answer (why):** because"))
    address = f"/courses/dl/staff/submissions/{submission.id}/grades/why"
    auth.login("gil").post(address, {"points": "0.5", "comment": COMMENT})
    return submission


def _api(app, session, path: str) -> str:
    ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    token = tokens.create(session, ada, "test")
    session.commit()
    headers = {"Authorization": f"Bearer {token}"}
    return app.test_client().get(f"/api/v1/courses/dl/{path}", headers=headers).text


def places(app, auth, session, submission) -> dict[str, str]:
    """Everything that a student can read about their own attempts."""
    ada = auth.login("ada")
    page = f"/courses/dl/submissions/{submission.id}"
    packed = zipfile.ZipFile(io.BytesIO(ada.get("/account/data.zip").data))
    one = _api(app, session, f"submissions/{submission.id}")
    return {
        "result": ada.get(page).text,
        "status": ada.get(f"{page}/status").text,
        "notebook": ada.get(f"{page}/notebook").text,
        "home": ada.get("/courses/dl/").text,
        "grade": ada.get("/courses/dl/grade").text,
        "assignment": ada.get("/courses/dl/assignments/a01_demo").text,
        "api: one": one,
        "api: list": _api(app, session, "submissions"),
        "client": describe(json.loads(one)),
        "own data": packed.read("data.json").decode(),
    }


@pytest.mark.parametrize("case", CASES)
def test_a_student_reads_points_and_messages_only_when_the_rule_allows(
    app, auth, session, attempts, rule, case
):
    kind, due, published, seen = CASES[case]
    rule(kind, due, published)
    told = places(app, auth, session, attempts)
    words = (SCORE, "1.25", "0.75", MESSAGE, "an earlier message", COMMENT, "Sum over the right")
    found = {place for place, text in told.items() if any(word in text for word in words)}
    assert found == (set(told) - {"notebook"} if seen else set())


@pytest.mark.parametrize("case", CASES)
def test_what_a_check_drew_is_shown_with_its_points(app, auth, session, graded, rule, case):
    kind, due, published, seen = CASES[case]
    rule(kind, due, published)
    found = result(score=1)
    first, *others = found.questions
    curve = Plot("Rows found", "share", "found", (Curve("yours", (0.4321, 0.9876)),))
    check = replace(first.checks[0], plots=(curve,))
    found = replace(found, questions=(replace(first, checks=(check,)), *others))
    told = places(app, auth, session, graded("ada", found))
    drawn = {place for place, text in told.items() if "Rows found" in text}
    assert drawn == ({"result", "status"} if seen else set())


@pytest.mark.parametrize("case", CASES)
def test_the_page_always_says_which_rule_holds(auth, attempts, rule, case):
    kind, due, published, seen = CASES[case]
    rule(kind, due, published)
    page = auth.login("ada").get(f"/courses/dl/submissions/{attempts.id}").text
    said = "as soon as there are any" if seen else "are held back until"
    assert said in page
    assert ("until staff publish them" in page) == (case in ("no due time", "not published"))
    assert ("until the due time has passed, " in page) == (case == "before the due time")


def test_while_the_grace_runs_nothing_is_shown_that_could_still_be_used(session, rule):
    rule(ResultRule.AFTER_DUE)
    item = session.scalars(sa.select(CourseAssignment).where(CourseAssignment.course_id == 1)).one()
    item.due_at, item.grace_minutes = now() - timedelta(minutes=10), 15
    assert not sight.sight_of(session, item).open
    item.grace_minutes = 5
    assert sight.sight_of(session, item).open


@pytest.mark.parametrize("name", ["gil", "ina"])
def test_staff_always_see_everything(auth, attempts, rule, name):
    rule(ResultRule.PUBLISHED)
    staff = auth.login(name)
    page = staff.get(f"/courses/dl/submissions/{attempts.id}").text
    assert SCORE in page
    assert MESSAGE in page
    assert "Students do not see this yet." in page
    assert SCORE in staff.get(f"/courses/dl/staff/students/{attempts.user_id}").text
    assert SCORE in staff.get("/courses/dl/staff").text


def test_full_marks_are_not_told_by_the_cards_words_either(auth, graded, rule):
    rule(ResultRule.PUBLISHED)
    graded("ada", result(score=3, manual=False))
    home = auth.login("ada").get("/courses/dl/").text
    assert "Full marks" not in home
    assert "Graded" in home
    assert "Points are held back for now." in home


def test_public_tests_are_shown_while_the_rest_is_held_back(auth, graded, rule):
    rule(ResultRule.PUBLISHED)
    cells = [("assert True", "dense_test"), ("assert False", "why_test")]
    data = json.loads(notebook(*(source for source, _ in cells)))
    for cell, (_, name) in zip(data["cells"], cells, strict=True):
        cell["metadata"] = {"nbgrader": {"grade_id": name}}
    ran = (CellOutput(0, "ok"), CellOutput(1, "error", (), "Cell 2, line 1\nAssertionError: no"))
    found = replace(result(score=1.25), cells=ran)
    submission = graded("ada", found, json.dumps(data).encode())
    page = auth.login("ada").get(f"/courses/dl/submissions/{submission.id}").text
    assert "Public tests: 1 of 2 pass" in page
    assert "AssertionError: no" in page
    assert "1.25" not in page


def test_questions_that_arrive_show_no_verdict_while_they_are_held_back(
    auth, graded, session, rule
):
    rule(ResultRule.PUBLISHED)
    submission = graded("ada")
    question = {"name": "dense", "score": 2.25, "max_score": 3, "verdict": "failed"}
    progress = {"stage": "checks", "done": 1, "total": 2, "questions": [question]}
    session.execute(sa.update(Job).values(state=JobState.RUNNING, progress=progress))
    submission.state = "running"
    session.commit()
    page = auth.login("ada").get(f"/courses/dl/submissions/{submission.id}/status").text
    assert "Checked" in page
    assert "2.25" not in page
    assert "Not right yet" not in page


def test_the_same_work_again_tells_no_score_either(app, session, attempts, rule):
    rule(ResultRule.PUBLISHED)
    ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    token = tokens.create(session, ada, "test")
    attempts.digest = "0" * 64
    session.commit()
    data = notebook("x = 3")
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    address = "/api/v1/courses/dl/assignments/a01_demo/submissions"
    for _ in range(2):
        files = {"notebook": (io.BytesIO(data), "work.ipynb")}
        answer = client.post(address, data=files, headers=headers).get_json()
        assert answer["score"] is None
    assert answer["new"] is False


def test_reading_changes_no_score(auth, attempts, rule, session):
    rule(ResultRule.PUBLISHED)
    ada = auth.login("ada")
    for path in ("", "assignments/a01_demo", f"submissions/{attempts.id}"):
        assert ada.get(ada.course(path)).status_code == 200
    session.refresh(attempts)
    assert (attempts.auto_score, attempts.manual_score) == (1.25, 0.5)


def test_staff_publish_and_hide_and_the_log_says_so(auth, attempts, session):
    ina, ada = auth.login("ina"), auth.login("ada")
    page, staff = f"/courses/dl/submissions/{attempts.id}", "/courses/dl/staff/assignments/a01_demo"
    for on, seen in (("no", False), ("yes", True), ("no", False)):
        ina.post(f"{staff}/results/publish", {"on": on})
        assert (SCORE in ada.get(page).text) is seen
    ina.post(f"{staff}/results/rule", {"rule": "at_once"})
    assert SCORE in ada.get(page).text
    assert ina.post(f"{staff}/results/rule", {"rule": "never"}).status_code == 422
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-4:] == [
        *("hide results", "publish results", "hide results", "show results at once")
    ]
