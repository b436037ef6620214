"""Grades by program: the rule to pass, the files, and nbgrader's gradebook there and back."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa

from tests.webapp.gradebook.test_grades import grade_in_nbgrader, nbgrader_says
from tests.webapp.graders import result
from webapp.models import AuditEntry, User
from webapp.site import tokens

STAFF = "/api/v1/courses/dl/staff"
GRADES = f"{STAFF}/grades"


def test_the_rule_to_pass_is_read_and_changed(ask, auth, graded, session):
    graded("ada", result(score=3))
    assert ask("gil", "GET", f"{GRADES}/rule")[1]["rule"] == {
        "minimum_share": 0,
        "minimum_each": 0,
        "written_option": False,
    }
    body = {"minimum_share": 0.6}
    assert ask("gil", "POST", f"{GRADES}/rule", body)[0] == 403
    assert ask("ina", "POST", f"{GRADES}/rule", {"minimum_share": 1.5})[0] == 422
    code, found = ask("ina", "POST", f"{GRADES}/rule", body)
    assert (code, found["passed"], found["students"]) == (200, 1, 2)
    assert "at least 60% of the points" in found["in_words"]
    assert "at least 60% of the points" in auth.login("ada").get("/courses/dl/grade").text
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.detail["by"]) == ("change pass rule", "API")


def _file(client, session, name: str, path: str) -> tuple[int, bytes]:
    user = session.scalars(sa.select(User).where(User.name == name)).one()
    text = tokens.create(session, user, "files", ("read",))
    session.commit()
    answer = client.get(path, headers={"Authorization": f"Bearer {text}"})
    if answer.status_code == 200:
        assert answer.headers["Content-Disposition"].startswith("attachment")
    return answer.status_code, answer.data


def test_scores_leave_as_csv_for_everything_and_for_canvas(client, graded, session):
    graded("ada", result(score=2.5))
    for name, column in (("scores.csv", "a01_demo"), ("canvas.csv", "The perceptron")):
        assert _file(client, session, "Gil", f"{GRADES}/{name}")[0] == 403
        code, data = _file(client, session, "Ina", f"{GRADES}/{name}")
        rows = list(csv.DictReader(io.StringIO(data.decode())))
        assert (code, [row[column] for row in rows if "2.5" in row.values()]) == (200, ["2.5"])


@pytest.mark.slow
def test_a_gradebook_leaves_and_comes_back_after_a_look(
    ask, client, auth, graded, session, tmp_path
):
    submission = graded("ada", result(score=2.5))
    path = tmp_path / "gradebook.db"
    path.write_bytes(_file(client, session, "Ina", f"{GRADES}/gradebook.db")[1])
    assert nbgrader_says(path)["ada@example.edu"] == (2.5, 5.0)
    grade_in_nbgrader(path, "ada@example.edu", 1.25, "Well said.")
    file = {"gradebook": ("gradebook.db", path.read_bytes())}
    assert ask("gil", "POST", f"{GRADES}/gradebook", files=file)[0] == 403
    code, found = ask("ina", "POST", f"{GRADES}/gradebook", files=file)
    assert code == 200
    assert [(each["question"], each["new"]) for each in found["changes"]] == [("why", 1.25)]
    session.refresh(submission)
    assert submission.score == 2.5
    token = {"token": found["token"]}
    assert ask("eve", "POST", f"{GRADES}/gradebook/take".replace("dl", "other", 1), token)[0] == 409
    assert ask("ina", "POST", f"{GRADES}/gradebook/take", token) == (200, {"graded": 1})
    assert ask("ina", "POST", f"{GRADES}/gradebook/take", token)[0] == 409
    session.refresh(submission)
    assert submission.score == 3.75


def test_what_is_no_gradebook_is_refused_in_one_sentence(ask, session):
    file = {"gradebook": ("gradebook.db", b"not a database")}
    code, found = ask("ina", "POST", f"{GRADES}/gradebook", files=file)
    assert code == 422
    assert found["error"] == "The file is not an nbgrader gradebook."
    code, found = ask("ina", "POST", f"{GRADES}/gradebook/take", {"token": "made up"})
    assert (code, "not open any more" in found["error"]) == (409, True)
