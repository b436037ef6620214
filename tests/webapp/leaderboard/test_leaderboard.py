"""The leaderboard: who is on it, under which name, in which order, and who sees whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook, result
from tests.webapp.leaderboard.boards import API, BOARD, STAFF_API, WHAT, measured, places, rows
from webapp.base.clock import now
from webapp.models import AuditEntry, Enrolment, Extension, LeaderboardEntry, ResultRule, User
from webapp.visibility.operations import publish, set_rule


def test_before_staff_open_it_there_is_nothing_for_students(auth, ask, graded):
    graded("ada", measured(0.79))
    ada = auth.login("ada")
    assert ada.get(BOARD).status_code == 404
    assert ada.post(f"{BOARD}/join", {"alias": "Perceptron"}).status_code == 404
    assert ask("ada", "GET", API)[0] == 404
    assert ask("ada", "POST", f"{API}/join", {"alias": "Perceptron"})[0] == 404
    assert "eaderboard" not in ada.get("/courses/dl/assignments/a01_demo").text
    assert "0.79" not in str(ask("ada", "GET", "/api/v1/courses/dl/submissions"))


def test_before_it_is_open_staff_see_a_preview(auth, ask, graded):
    assert "Nothing is measured yet." in auth.login("gil").get(BOARD).text
    graded("ada", measured(0.79, 0.78))
    gil = auth.login("gil")
    assert rows(gil) == [["1", "takes no part", "Ada", "0.790", "0.780"]]
    assert "Students see nothing of a leaderboard here" in gil.get(BOARD).text
    assert "Open the leaderboard" not in gil.get(BOARD).text
    told = ask("gil", "GET", API)[1]
    assert (told["state"], told["places"][0]["alias"], told["places"][0]["name"]) == (
        *("none", None, "Ada"),
    )
    auth.login("ina").post(f"{BOARD}/open")
    assert rows(gil) == []


def test_opening_and_closing_are_logged_once(auth, ask, session):
    ina = auth.login("ina")
    for change in ("close", "open", "open", "close", "close"):
        ina.post(f"{BOARD}/{change}")
    assert ask("ina", "POST", f"{STAFF_API}/open")[1]["state"] == "open"
    assert ask("ina", "POST", f"{STAFF_API}/close")[1]["state"] == "closed"
    logged = session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.action.like("%leaderboard"))
    ).all()
    assert logged == ["open leaderboard", "close leaderboard"] * 2


@pytest.mark.parametrize("change", ["open", "close", "reveal", "take-back"])
def test_only_instructors_change_it(auth, ask, change):
    for name in ("ada", "gil"):
        assert auth.login(name).post(f"{BOARD}/{change}").status_code == 403
        assert ask(name, "POST", f"{STAFF_API}/{change}")[0] == 403
    assert ask("eve", "POST", f"{STAFF_API}/{change}")[0] == 404


@pytest.mark.usefixtures("opened")
def test_only_those_who_join_are_ranked_and_the_best_comes_first(auth, graded):
    graded("ada", measured(0.79), notebook("x = 1"))
    graded("bob", measured(0.81), notebook("x = 2"))
    ada, bob = auth.login("ada"), auth.login("bob")
    assert "Nobody is ranked yet." in ada.get(BOARD).text
    ada.post(f"{BOARD}/join", {"alias": "Perceptron"})
    assert rows(bob) == [["1", "Perceptron", "0.790"]]
    bob.post(f"{BOARD}/join", {"alias": "Gradient 7"})
    assert rows(ada) == [["1", "Gradient 7", "0.810"], ["2", "Perceptron you", "0.790"]]
    assert WHAT[1:] in ada.get(BOARD).text


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
    assert [row[1] for row in rows(auth.login("gil"))] == ["A third", "Perceptron"]


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


@pytest.mark.usefixtures("opened", "cy")
def test_numbers_that_look_alike_share_a_rank_and_no_more_is_told(auth, ask, graded, joined):
    for name, value in {"bob": 0.80041, "ada": 0.79962, "cy": 0.7}.items():
        graded(name, measured(value), notebook(f"x = {value}"))
    joined("bob", "ada", "cy")
    assert [row[:2] for row in rows(auth.login("gil"))] == [
        *(["1", "ada-1"], ["1", "bob-1"], ["3", "cy-1"]),
    ]
    told = places(ask("ada", "GET", API)[1])
    assert [each[:3] for each in told] == [
        *((1, "ada-1", 0.8), (1, "bob-1", 0.8), (3, "cy-1", 0.7)),
    ]


@pytest.mark.usefixtures("opened")
def test_others_without_a_number_are_not_there(auth, ask, graded, joined):
    graded("ada", result(score=0), notebook("x = 1"))
    graded("bob", measured(0.7), notebook("x = 2"))
    joined("ada", "bob")
    assert rows(auth.login("bob")) == [["1", "bob-1 you", "0.700"]]
    assert [each[1] for each in places(ask("bob", "GET", API)[1])] == ["bob-1"]
    assert [row[1] for row in rows(auth.login("ada"))] == ["bob-1", "ada-1 you"]
    assert len(rows(auth.login("gil"))) == 2


@pytest.mark.usefixtures("opened")
def test_while_results_are_held_back_nothing_is_told_of_anybody(
    auth, ask, graded, joined, session, item
):
    set_rule(session, item, ResultRule.PUBLISHED)
    session.commit()
    graded("ada", measured(0.79, score=1.25), notebook("x = 1"))
    joined("bob")
    ada = auth.login("ada")
    # Neither whether her check got as far as to be measured, nor how well, nor of others.
    pages = []
    for found in (measured(0.79), measured(0.81), result(score=0)):
        graded("ada", found, notebook(f"x = {found.score}, {found.questions}"))
        ada.post(f"{BOARD}/join", {"alias": "Perceptron"})
        pages.append((rows(ada), ask("ada", "GET", API)[1], rows(auth.login("bob"))))
    assert pages[0] == pages[1] == pages[2]
    assert pages[0][0] == pages[0][2] == []
    told = pages[0][1]
    assert (told["places"], told["measured"], told["alias"]) == ([], "", "Perceptron")
    assert "held back until staff publish them" in told["held_back"]
    assert "held back until staff publish them" in ada.get(BOARD).text
    graded("ada", measured(0.79), notebook("x = 5"))
    assert "students see nobody here" in auth.login("gil").get(BOARD).text
    assert rows(auth.login("gil"))[0][1] == "Perceptron"
    publish(session, item, on=True)
    session.commit()
    assert rows(ada) == [["1", "Perceptron you", "0.790"]]
    publish(session, item, on=False)
    session.commit()
    assert rows(ada) == []


@pytest.mark.usefixtures("opened")
def test_who_waits_longer_for_results_is_not_there_and_sees_nobody(
    auth, ask, graded, joined, session, item, ina
):
    graded("ada", measured(0.79), notebook("x = 1"))
    graded("bob", measured(0.7), notebook("x = 2"))
    joined("ada", "bob")
    set_rule(session, item, ResultRule.AFTER_DUE)
    item.due_at = now() - timedelta(days=1)
    ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    until = now() + timedelta(days=1)
    longer = Extension(course_assignment_id=item.id, user_id=ada.id, due_at=until, reason="Ill.")
    longer.given_by_id = ina.user_id
    session.add(longer)
    session.commit()
    assert rows(auth.login("bob")) == [["1", "bob-1 you", "0.700"]]
    assert rows(auth.login("ada")) == []
    assert ask("ada", "GET", API)[1]["places"] == []
    staff = auth.login("gil")
    assert len(rows(staff)) == 2
    assert "1 of these is not shown to students" in staff.get(BOARD).text
    assert ask("gil", "GET", API)[1]["hidden"] == 1


@pytest.mark.usefixtures("opened")
def test_a_program_joins_and_leaves(ask):
    code, told = ask("ada", "POST", f"{API}/join", {"alias": "Perceptron"})
    assert (code, told["alias"], told["places"][0]["own"]) == (200, "Perceptron", True)
    code, told = ask("bob", "POST", f"{API}/join", {"alias": "perceptron"})
    assert (code, told["error"]) == (422, "The alias perceptron is taken: choose another.")
    assert ask("gil", "POST", f"{API}/join", {"alias": "Grader"})[0] == 403
    assert ask("ada", "POST", f"{API}/leave")[1]["alias"] is None
    assert ask("ada", "POST", f"{API}/join", {"alias": "Again"}, scopes=("read",))[0] == 403


@pytest.mark.usefixtures("opened")
def test_a_program_leaves_one_that_is_closed_as_well(auth, ask, session, joined):
    joined("ada", "bob")
    auth.login("ina").post(f"{BOARD}/close")
    code, told = ask("ada", "POST", f"{API}/leave")
    assert (code, told["state"], told["alias"], told["places"]) == (200, "closed", None, [])
    assert session.scalars(sa.select(LeaderboardEntry.alias)).all() == ["bob-1"]
    assert ask("ada", "GET", API)[0] == 404


@pytest.mark.usefixtures("opened")
def test_a_student_is_told_no_names_and_no_numbers_of_staff(ask, graded, joined):
    graded("ada", measured(0.79), notebook("x = 1"))
    joined("ada")
    told = ask("bob", "GET", API)[1]
    assert (told["without_final"], told["of_another_version"], told["hidden"]) == (None,) * 3
    assert [(each["user"], each["name"]) for each in told["places"]] == [(None, None)]


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
    ina.post(f"{BOARD}/close")
    assert ada.get(BOARD).status_code == 404
    ina.post(f"{BOARD}/open")
    assert [row[1] for row in rows(ada)] == ["Perceptron you"]
