"""Arranging the reading by program: rubrics, comments, names, scores, and who reads what."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook, result
from tests.webapp.sample_course import ASSIGNMENT, add_user, enrol
from webapp.models import AuditEntry, Course, PaperReview, Reading, Role, User

STAFF = "/api/v1/courses/dl/staff"
QUESTION = f"{STAFF}/assignments/{ASSIGNMENT}/answers/why"
RUBRIC = {
    "items": [
        {"title": "Clarity", "levels": [{"points": 0}, {"points": 1, "label": "clear"}]},
        {"title": "Depth", "levels": [{"points": 0}, {"points": 1}]},
    ]
}
MORE = {"title": "Style", "levels": [{"points": 0}, {"points": 3}]}


@pytest.fixture
def course(session) -> Course:
    return session.scalars(sa.select(Course).where(Course.slug == "dl")).one()


@pytest.fixture
def zoe(app, session, course) -> int:
    """A second grader."""
    with app.app_context():
        found = add_user(session, "zoe")
        enrol(session, course, found, Role.GRADER)
    session.commit()
    return found.id


@pytest.fixture
def review(session, course) -> int:
    """A review of ada's, which gil has read."""
    ada, gil = (
        session.scalars(sa.select(User).where(User.name == name)).one() for name in ("Ada", "Gil")
    )
    row = PaperReview(course_id=course.id, user_id=ada.id, paper="Attention", body="Text")
    session.add(row)
    session.flush()
    chosen = {"clarity": "4", "communication": "3"}
    of = {"kind": "review", "course_id": course.id, "review_id": row.id}
    session.add(Reading(**of, grader_id=gil.id, selections=chosen, comment=""))
    session.commit()
    return row.id


def _logged(session) -> list[str]:
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert all(entry.detail["by"] == "API" for entry in entries)
    return [entry.action for entry in entries]


def _edited(found: dict) -> dict:
    """A rubric that was read, as it is sent back."""
    return {
        "version": found["version"],
        "items": [
            {
                "item": item["item"],
                "title": item["title"],
                "levels": [dict(level) for level in item["levels"]],
            }
            for item in found["items"]
        ],
    }


def test_a_rubric_changes_and_with_it_what_is_read_already(ask, review, session):
    path = f"{STAFF}/rubrics/review"
    code, found = ask("gil", "GET", path)
    assert (code, found["possible"]) == (200, 10)
    edited = _edited(found)
    edited["items"][0]["levels"][4]["points"] = 4.5
    assert ask("gil", "POST", path, edited)[0] == 403
    code, changed = ask("ina", "POST", path, edited)
    assert (code, changed["scores_changed"]) == (200, 1)
    assert changed["rubric"]["items"][0]["levels"][4]["points"] == 4.5
    code, refused = ask("ina", "POST", path, edited)
    assert (code, "Somebody changed this rubric" in refused["error"]) == (409, True)
    lost = _edited(changed["rubric"])
    del lost["items"][0]["levels"][4]
    code, refused = ask("ina", "POST", path, lost)
    assert (code, "is given already" in refused["error"]) == (409, True)
    assert ask("ina", "POST", f"{STAFF}/rubrics/essay", edited)[0] == 404
    assert ask("ina", "POST", path, {"items": []})[0] == 422
    assert _logged(session) == ["change rubric"]


def test_a_rubric_whose_keys_or_titles_do_not_tell_its_parts_apart_is_refused(ask, review, session):
    path = f"{STAFF}/rubrics/review"
    found = ask("ina", "GET", path)[1]
    blank, copied, levels = _edited(found), _edited(found), _edited(found)
    blank["items"][1]["title"] = " "
    copied["items"].append(copied["items"][0] | {"title": "Style"})
    levels["items"][0]["levels"].append({"level": "5", "points": 9})
    for body, sentence in (
        (blank, "Item 2 has no title: give it one, or leave it out."),
        (copied, "Two items have the same key: leave out the key of the new one."),
        (levels, "has two levels with the same key: leave out the new one's."),
    ):
        code, refused = ask("ina", "POST", path, body)
        assert (code, sentence in refused["error"]) == (409, True)
    assert ask("ina", "GET", path)[1] == found
    assert _logged(session) == []


def test_the_rubric_of_a_written_question_is_its_own(ask, graded, session):
    graded("ada", result(score=1), notebook("x", answer="**Answer (why):** because"))
    path = f"{QUESTION}/rubric"
    code, refused = ask("ina", "POST", path, {"items": [*RUBRIC["items"], MORE]})
    assert (code, "the question is worth 2" in refused["error"]) == (409, True)
    assert ask("ina", "POST", path, RUBRIC)[1]["rubric"]["possible"] == 2
    titles = [item["title"] for item in ask("gil", "GET", path)[1]["items"]]
    assert titles == ["Clarity", "Depth"]
    assert ask("ada", "GET", path)[0] == 403
    assert ask("eve", "GET", path.replace("dl", "other", 1))[0] == 404
    assert _logged(session) == ["change rubric"]


def test_kept_comments_are_the_courses_own(ask, session):
    path = f"{STAFF}/comments"
    code, found = ask("gil", "POST", path, {"text": "Say why."})
    assert (code, [each["text"] for each in found["comments"]]) == (201, ["Say why."])
    number = found["comments"][0]["comment"]
    assert ask("gil", "POST", path, {"text": " "})[0] == 409
    assert ask("eve", "POST", f"{path}/{number}/remove".replace("dl", "other", 1))[0] == 404
    assert ask("gil", "POST", f"{path}/{number}/remove")[0] == 200
    assert ask("gil", "GET", path)[1] == {"comments": []}


def test_names_are_hidden_and_scores_shown_each_alone(ask, review, session):
    path = f"{STAFF}/reading-rules"
    assert ask("gil", "GET", path)[1] == {"names_hidden": False, "scores_shown": False}
    assert ask("gil", "POST", path, {"names_hidden": True})[0] == 403
    found = ask("ina", "POST", path, {"names_hidden": True})[1]
    assert found == {"names_hidden": True, "scores_shown": False}
    assert "Ada" not in str(ask("gil", "GET", f"{STAFF}/readings")[1]["works"])
    found = ask("ina", "POST", path, {"scores_shown": True})[1]
    assert found == {"names_hidden": True, "scores_shown": True}
    assert _logged(session) == ["hide names from readers", "publish written scores"]


def test_reading_is_divided_and_given_to_someone(ask, review, session, zoe):
    path = f"{STAFF}/reading-work"
    found = ask("gil", "GET", path)[1]
    load = {each["name"].lower(): (each["given"], each["read"]) for each in found["graders"]}
    assert (load["gil"], load["zoe"], found["without_reader"]) == ((0, 1), (0, 0), 1)
    assert [(each["name"], each["mean"]) for each in found["figures"]] == [("Gil", 0.7)]
    assert ask("gil", "POST", f"{path}/divide", {"graders": [zoe]})[0] == 403
    code, refused = ask("ina", "POST", f"{path}/divide", {"graders": [zoe], "readers": 2})
    assert (code, refused["error"]) == (409, "Choose at least 2 of the graders.")
    gil = next(each["user"] for each in found["graders"] if each["name"] == "Gil")
    body = {"graders": [gil, zoe], "readers": 2}
    assert ask("ina", "POST", f"{path}/divide", body)[1] == {"given": 1, "short": 0}
    readers = ask("ina", "POST", f"{path}/review/{review}", {"graders": [gil]})[1]
    assert readers == {"readers": "Gil"}
    for where in (f"review/{review}", "divide"):
        code, refused = ask("ina", "POST", f"{path}/{where}", {"graders": [gil, 999]})
        assert (code, "only graders and instructors" in refused["error"]) == (409, True)
    assert ask("gil", "GET", f"{STAFF}/readings")[1]["works"][0]["readers"] == ["Gil"]
    assert ask("ina", "POST", f"{path}/review/999", {"graders": []})[0] == 404
    assert ask("eve", "POST", f"{path}/review/{review}".replace("dl", "other", 1), body)[0] == 422
    assert _logged(session) == ["divide readings", "assign reader"]


def test_answers_are_divided_and_given_to_someone(ask, graded, session, zoe):
    submission = graded("ada", result(score=1), notebook("x", answer="**Answer (why):** because"))
    path = f"{QUESTION}/work"
    assert ask("gil", "GET", path)[1]["without_reader"] == 1
    assert ask("ina", "POST", f"{path}/divide", {"graders": [zoe]})[1] == {"given": 1, "short": 0}
    assert ask("gil", "GET", path)[1]["without_reader"] == 0
    address = f"{path}/{submission.id}"
    assert ask("gil", "POST", address, {"graders": []})[0] == 403
    assert ask("ina", "POST", address, {"graders": []})[1] == {"readers": "nobody"}
    assert ask("ina", "POST", f"{path}/999", {"graders": []})[0] == 404
    assert _logged(session) == ["divide readings", "assign reader"]
