"""An assignment may give other points in the course's total than its questions do: all or none."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.graders import result
from webapp.base.clock import now
from webapp.gradebook.pass_rule import decide, read_rule
from webapp.models import AuditEntry, Course, CourseAssignment

STAFF = "/courses/dl/staff"
SETTINGS = f"{STAFF}/assignments/a01_demo/settings"


@pytest.fixture
def weigh(session):
    """Say what the assignment gives in the total."""

    def say(points: float | None, **more: object) -> CourseAssignment:
        of_course = sa.select(CourseAssignment).join(Course).where(Course.slug == "dl")
        item = session.scalars(of_course).one()
        item.points_in_total = points
        for key, value in more.items():
            setattr(item, key, value)
        session.commit()
        return item

    return say


def test_the_total_is_stretched_and_the_score_is_not(auth, graded, weigh, session):
    weigh(50)
    session.execute(sa.update(Course).values(pass_rule={"minimum_share": 0.6}))
    session.commit()
    graded("ada", result(score=3))
    ada = auth.login("ada")
    assert "<strong>30</strong> of 50 points" in ada.get("/courses/dl/").text
    grade = ada.get("/courses/dl/grade").text
    assert "30 of 50 points, 60%" in grade
    assert '3 of 5 <span class="quiet">(50 in the total)</span>' in grade
    assert "you pass" in grade
    ina = auth.login("ina")
    table = ina.get(STAFF).text
    assert "<strong>30</strong>" in table
    assert "The total stretches scores" in table
    rows = list(csv.DictReader(io.StringIO(ina.get(f"{STAFF}/scores.csv").text)))
    line = next(row for row in rows if row["name"] == "Ada")
    assert (line["a01_demo"], line["total"], line["possible"]) == ("3", "30", "50")
    titles, points, ada_line, _bob = csv.reader(
        io.StringIO(ina.get(f"{STAFF}/grades/canvas.csv").text)
    )
    assert (titles[-1], points[-1], ada_line[-1]) == ("The perceptron", "50", "30")


def test_the_table_sorts_by_the_total(auth, graded, weigh, session):
    weigh(50)
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    graded("ada", result(score=3))
    graded("bob", result(score=1))
    page = auth.login("ina").get(f"{STAFF}?sort=total&order=down").text.split("<tbody>")[1]
    assert page.index("Ada") < page.index("Bob")
    assert "<strong>10</strong>" in page
    assert course.assignments[0].weighed(1) == 10


def test_practice_adds_nothing_asks_nothing_and_is_not_missing(auth, graded, weigh):
    item = weigh(0, due_at=now() - timedelta(days=1))
    graded("ada", result(score=1))
    decided = decide(read_rule({"minimum_each": 0.5}), [item], {item.id: 1.0}, written_option=False)
    assert (decided.total, decided.possible, decided.passed) == (0, 0, True)
    assert "practice: not in the total" in auth.login("ada").get("/courses/dl/").text
    ina = auth.login("ina")
    assert "The perceptron" not in ina.get(f"{STAFF}/grades/canvas.csv").text
    assert ">Bob</a>" not in ina.get(f"{STAFF}/insight").text
    weigh(None)
    assert ">Bob</a>" in ina.get(f"{STAFF}/insight").text


def test_half_of_the_points_due_is_half_of_those_in_the_total(auth, graded, weigh, session):
    graded("ada", result(score=4))
    item = weigh(90, due_at=now() - timedelta(days=1))
    light = CourseAssignment(assignment="a02_light", title="Light", points=10.0, position=2)
    light.due_at = item.due_at
    item.course.assignments.append(light)
    session.commit()
    page = auth.login("ina").get(f"{STAFF}/insight").text
    assert "100 points were due so far" in page
    assert ">Ada</a>" not in page
    item.points_in_total = 5
    session.commit()
    assert ">Ada</a>" in auth.login("ina").get(f"{STAFF}/insight").text


def test_an_instructor_changes_it_with_a_reason_and_an_empty_field_takes_it_back(
    auth, weigh, session
):
    item = weigh(None)
    form = {"title": item.title, "opens_at": "", "due_at": "", "reason": "A large one"}
    ina = auth.login("ina")
    assert ina.post(SETTINGS, {**form, "points_in_total": "12.5"}).status_code == 303
    session.refresh(item)
    assert (item.points, item.in_total) == (5, 12.5)
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert entry.detail["points_in_total"] == "none → 12.5"
    assert 'value="12.5"' in ina.get(SETTINGS).text
    assert ina.post(SETTINGS, {**form, "points_in_total": ""}).status_code == 303
    session.refresh(item)
    assert item.in_total == item.points


@pytest.mark.parametrize("typed", ["-1", "ten", "nan", "inf", "10001"])
def test_a_number_that_is_none_is_refused_beside_its_field(auth, weigh, session, typed):
    item = weigh(7)
    form = {"title": item.title, "opens_at": "", "due_at": "", "reason": "Why not"}
    page = auth.login("ina").post(SETTINGS, {**form, "points_in_total": typed})
    assert page.status_code == 422
    assert f"This says &#39;{typed}&#39;, expected a number from 0 to 10000." in page.text
    assert 'id="points_in_total-refusal"' in page.text
    session.refresh(item)
    assert item.in_total == 7
