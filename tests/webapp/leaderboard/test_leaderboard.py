"""The leaderboard: who is on it, under which name, in which order, and who sees whom."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from autograder.results import Measure
from tests.webapp.graders import notebook, result
from tests.webapp.sample_course import enrol
from webapp.models import (
    Course,
    CourseAssignment,
    Enrolment,
    LeaderboardEntry,
    ResultRule,
    ResultVisibility,
    Role,
    User,
)

BOARD = "/courses/dl/assignments/a01_demo/leaderboard"


@pytest.fixture
def opened(auth):
    auth.login("ina").post(f"{BOARD}/switch", {"on": "yes"})


def measured(value, score=1.5):
    """A result whose check measured something on public rows."""
    found = result(score=score)
    first, *others = found.questions
    check = replace(first.checks[0], measure=Measure("mean AUC on public rows", value))
    return replace(found, questions=(replace(first, checks=(check,)), *others))


def rows(visitor) -> list[list[str]]:
    page = visitor.get(BOARD).text
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.S)[1:]
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in found]
    return [[" ".join(re.sub(r"<[^>]+>", " ", c).split()) for c in row] for row in cells]


def test_without_the_setting_there_is_none(auth):
    ada = auth.login("ada")
    assert ada.get(BOARD).status_code == 404
    assert ada.post(f"{BOARD}/join", {"alias": "Perceptron"}).status_code == 404
    assert "has no leaderboard" in auth.login("gil").get(BOARD).text
    assert "leaderboard" not in ada.get("/courses/dl/assignments/a01_demo").text


@pytest.mark.usefixtures("opened")
def test_only_those_who_join_are_ranked_and_the_best_comes_first(auth, graded):
    graded("ada", measured(0.79), notebook("x = 1"))
    graded("bob", measured(0.81), notebook("x = 2"))
    ada, bob = auth.login("ada"), auth.login("bob")
    assert "Nobody has joined yet." in ada.get(BOARD).text
    ada.post(f"{BOARD}/join", {"alias": "Perceptron"})
    assert rows(bob) == [["1", "Perceptron", "0.790"]]
    bob.post(f"{BOARD}/join", {"alias": "Gradient 7"})
    assert rows(ada) == [["1", "Gradient 7", "0.810"], ["2", "Perceptron you", "0.790"]]
    assert "Mean AUC on public rows" in ada.get(BOARD).text


@pytest.mark.usefixtures("opened")
def test_students_see_aliases_and_staff_see_who_is_who(auth, graded):
    graded("ada", measured(0.79))
    auth.login("ada").post(f"{BOARD}/join", {"alias": "Perceptron"})
    seen = auth.login("bob").get(BOARD).text
    assert "Perceptron" in seen
    assert "Ada" not in seen
    assert "ada@" not in seen
    assert rows(auth.login("gil")) == [["1", "Perceptron", "Ada", "0.790"]]


@pytest.mark.usefixtures("opened")
def test_who_leaves_is_gone_at_once_and_may_come_back_under_another_alias(auth, session):
    ada, bob = auth.login("ada"), auth.login("bob")
    ada.post(f"{BOARD}/join", {"alias": "Perceptron"})
    ada.post(f"{BOARD}/leave")
    assert rows(bob) == []
    assert session.scalar(sa.select(sa.func.count(LeaderboardEntry.id))) == 0
    bob.post(f"{BOARD}/join", {"alias": "Perceptron"})
    ada.post(f"{BOARD}/join", {"alias": "Another"})
    ada.post(f"{BOARD}/join", {"alias": "A third"})
    assert sorted(row[1] for row in rows(bob)) == ["A third", "Perceptron you"]


@pytest.mark.parametrize(
    ("alias", "sentence"),
    [
        ("ab", "has 2 characters, expected 3 to 24"),
        ("a" * 25, "has 25 characters, expected 3 to 24"),
        ("   ", "has 0 characters"),
        ("<b>bold</b>", "An alias takes the letters A to Z"),
        ("P\u0435rceptron", "An alias takes the letters A to Z"),
        ("-dash-", "An alias takes the letters A to Z"),
        ("=cmd()", "An alias takes the letters A to Z"),
        ("gradient_7", "is taken"),
        ("GRADIENT 7", "is taken"),
        ("B o b", "is taken"),
        ("gil", "is taken"),
    ],
)
@pytest.mark.usefixtures("opened")
def test_an_alias_is_plain_of_fair_length_and_nobody_elses(auth, session, alias, sentence):
    auth.login("bob").post(f"{BOARD}/join", {"alias": "Gradient 7"})
    answer = auth.login("ada").post(f"{BOARD}/join", {"alias": alias})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(sa.select(sa.func.count(LeaderboardEntry.id))) == 1


@pytest.mark.usefixtures("opened")
def test_the_database_itself_refuses_the_same_alias_at_the_same_moment(auth, monkeypatch, session):
    from webapp.leaderboard import operations

    auth.login("bob").post(f"{BOARD}/join", {"alias": "Gradient 7"})
    monkeypatch.setattr(operations, "_names_of_others", lambda *_: set())
    answer = auth.login("ada").post(f"{BOARD}/join", {"alias": "gradient-7"})
    assert (answer.status_code, "is taken" in answer.text) == (422, True)


@pytest.mark.usefixtures("opened")
def test_the_newest_attempt_is_ranked_and_one_without_a_measure_has_no_rank(auth, graded):
    ada = auth.login("ada")
    ada.post(f"{BOARD}/join", {"alias": "Perceptron"})
    assert rows(ada) == [["–", "Perceptron you", "nothing measured yet"]]
    graded("ada", measured(0.9, score=3), notebook("x = 1"))
    graded("ada", measured(0.7, score=0), notebook("x = 2"))
    assert rows(ada) == [["1", "Perceptron you", "0.700"]]
    graded("ada", result(score=3), notebook("x = 3"))
    assert rows(ada) == [["–", "Perceptron you", "nothing measured yet"]]


@pytest.mark.usefixtures("opened")
def test_equal_numbers_share_a_rank(auth, graded, session):
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    user = User(email="cy@example.edu", name="Cy")
    session.add(user)
    session.flush()
    enrol(session, course, user, Role.STUDENT)
    item = session.scalars(
        sa.select(CourseAssignment).where(CourseAssignment.course_id == course.id)
    ).one()
    names = {"ada": 0.8, "bob": 0.8, "cy": 0.7}
    for number, (name, value) in enumerate(names.items()):
        graded(name, measured(value), notebook(f"x = {number}"))
        person = session.scalars(sa.select(User).where(User.name == name.capitalize())).one()
        entry = LeaderboardEntry(
            course_assignment_id=item.id,
            user_id=person.id,
            alias=f"A{number}",
            alias_key=f"a{number}",
        )
        session.add(entry)
    session.commit()
    assert [row[:2] for row in rows(auth.login("gil"))] == [["1", "A0"], ["1", "A1"], ["3", "A2"]]


@pytest.mark.usefixtures("opened")
def test_ranks_are_public_while_results_are_held_back_and_tell_no_points(auth, graded, session):
    item = session.scalars(sa.select(CourseAssignment).where(CourseAssignment.course_id == 1)).one()
    session.add(ResultVisibility(course_assignment_id=item.id, rule=ResultRule.PUBLISHED))
    session.commit()
    graded("ada", measured(0.79, score=1.25))
    ada = auth.login("ada")
    ada.post(f"{BOARD}/join", {"alias": "Perceptron"})
    assert rows(ada) == [["1", "Perceptron you", "0.790"]]
    assert "1.25" not in ada.get(BOARD).text


@pytest.mark.usefixtures("opened")
def test_who_is_no_student_any_more_is_not_ranked(auth, session):
    auth.login("ada").post(f"{BOARD}/join", {"alias": "Perceptron"})
    ada = sa.select(User.id).where(User.name == "Ada").scalar_subquery()
    session.execute(sa.delete(Enrolment).where(Enrolment.user_id == ada))
    session.commit()
    assert rows(auth.login("bob")) == []


@pytest.mark.usefixtures("opened")
def test_closed_it_is_hidden_and_open_again_it_remembers(auth):
    ada, ina = auth.login("ada"), auth.login("ina")
    ada.post(f"{BOARD}/join", {"alias": "Perceptron"})
    assert "Leaderboard" in ada.get("/courses/dl/assignments/a01_demo").text
    ina.post(f"{BOARD}/switch", {"on": "no"})
    assert ada.get(BOARD).status_code == 404
    ina.post(f"{BOARD}/switch", {"on": "yes"})
    assert [row[1] for row in rows(ada)] == ["Perceptron you"]
