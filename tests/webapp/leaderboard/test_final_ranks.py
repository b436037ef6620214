"""The end of a leaderboard: ranks by other rows, told by nothing before staff reveal them."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
import sqlalchemy as sa

from tests.webapp.graders import StandInPool, notebook, result
from tests.webapp.leaderboard.boards import API, BOARD, STAFF_API, measured, places, rows
from tests.webapp.queue.test_jobs import drain
from tests.webapp.site.test_asks_first import asked
from webapp.audit.record import CommandLine
from webapp.grading.conditions import Conditions
from webapp.models import AuditEntry, BoardState, Leaderboard, Result, ResultRule, Scope
from webapp.regrades import operations as regrades
from webapp.visibility.operations import set_rule

pytestmark = pytest.mark.usefixtures("opened")
FINALS = ("0.613", "0.587")


@pytest.fixture
def two(graded, joined):
    """Ada leads by the board's rows, bob by the final ones."""
    graded("ada", measured(0.81, 0.587), notebook("x = 1"))
    graded("bob", measured(0.79, 0.613), notebook("x = 2"))
    joined("ada", "bob")


def archive(visitor) -> str:
    packed = zipfile.ZipFile(io.BytesIO(visitor.get("/account/data.zip").data))
    return packed.read("data.json").decode()


def everything(auth, ask, session) -> dict[str, str]:
    """All that ada can read of the leaderboard and of her own work."""
    ada, number = auth.login("ada"), session.scalar(sa.select(sa.func.min(Result.submission_id)))
    pages = ("/courses/dl/", "/courses/dl/grade", "/courses/dl/assignments/a01_demo", BOARD)
    own = tuple(f"/courses/dl/submissions/{number}{end}" for end in ("", "/status", "/notebook"))
    told = {page: ada.get(page).text for page in (*pages, *own)}
    addresses = (API, f"/api/v1/courses/dl/submissions/{number}", "/api/v1/courses/dl/submissions")
    told |= {path: str(ask("ada", "GET", path)[1]) for path in addresses}
    return told | {"own data": archive(ada)}


@pytest.mark.usefixtures("two")
def test_no_page_program_or_archive_tells_a_final_number_before_the_reveal(auth, ask, session):
    told = everything(auth, ask, session)
    assert [place for place, text in told.items() if any(each in text for each in FINALS)] == []
    assert "0.81" in told[BOARD]
    assert "0.81" in told["own data"]
    auth.login("ina").post(f"{BOARD}/reveal")
    told = everything(auth, ask, session)
    own, others = FINALS[1], FINALS[0]
    assert {place for place, text in told.items() if own in text} == {BOARD, API, "own data"}
    assert {place for place, text in told.items() if others in text} == {BOARD, API}


@pytest.mark.usefixtures("two")
def test_revealed_the_final_rows_rank_and_the_change_is_shown(auth, ask):
    assert rows(auth.login("ada")) == [["1", "ada-1 you", "0.810"], ["2", "bob-1", "0.790"]]
    before = ask("ada", "GET", API)[1]
    assert (before["state"], places(before)) == (
        "open",
        [(1, "ada-1", 0.81, None, None), (2, "bob-1", 0.79, None, None)],
    )
    code, told = ask("ina", "POST", f"{STAFF_API}/reveal")
    assert (code, told["state"]) == (200, "final")
    assert rows(auth.login("ada")) == [
        ["1", "↑ up 1", "bob-1", "0.790", "0.613"],
        ["2", "↓ down 1", "ada-1 you", "0.810", "0.587"],
    ]
    after = ask("ada", "GET", API)[1]
    assert places(after) == [(2, "bob-1", 0.79, 1, 0.613), (1, "ada-1", 0.81, 2, 0.587)]
    assert [each["climbed"] for each in after["places"]] == [1, -1]


@pytest.mark.usefixtures("two")
def test_staff_see_final_numbers_before_students_do(auth, ask):
    assert rows(auth.login("gil"))[0] == ["1", "ada-1", "Ada", "0.810", "0.587"]
    assert places(ask("gil", "GET", API)[1])[0] == (1, "ada-1", 0.81, None, 0.587)


@pytest.mark.usefixtures("two")
def test_the_reveal_asks_first_is_logged_and_can_be_taken_back(auth, session, item):
    ina = auth.login("ina")
    said = asked(ina.get(BOARD).text, "Reveal the final ranks…")
    assert "You can take it back, but not what was seen." in said
    assert "Attempts handed in from now on are not ranked." in said
    assert "no final rank" not in said
    ina.post(f"{BOARD}/reveal")
    assert session.get_one(Leaderboard, item.id).state == BoardState.FINAL
    ina.post(f"{BOARD}/take-back")
    session.expire_all()
    assert session.get_one(Leaderboard, item.id).state == BoardState.OPEN
    assert rows(auth.login("ada"))[0] == ["1", "ada-1 you", "0.810"]
    chosen = sa.select(AuditEntry.action, AuditEntry.subject, AuditEntry.detail)
    logged = session.execute(chosen.where(AuditEntry.action.like("%final ranks"))).all()
    assert [tuple(each) for each in logged] == [
        ("reveal final ranks", "a01_demo", {"ranked": 2, "lacking": 0}),
        ("take back final ranks", "a01_demo", {}),
    ]


def test_old_values_lack_a_final_number_and_a_regrade_is_offered(auth, graded, joined):
    graded("ada", measured(0.81), notebook("x = 1"))
    graded("bob", measured(0.79, 0.613), notebook("x = 2"))
    joined("ada", "bob")
    ina = auth.login("ina")
    page = ina.get(BOARD).text
    assert "1 of 2 has no final number." in page
    said = asked(page, "Reveal the final ranks…")
    assert "1 without a final number has no final rank" in said
    assert 'href="/courses/dl/staff/assignments/a01_demo/regrade"' in said
    ina.post(f"{BOARD}/reveal")
    told = rows(auth.login("ada"))
    assert told[0] == ["1", "= the same place", "bob-1", "0.790", "0.613"]
    assert told[1] == ["–", "–", "ada-1 you", "0.810", "no final number"]


def test_a_regrade_fills_final_numbers_in_once_it_is_published(
    auth, graded, joined, session, engine, item
):
    graded("ada", measured(0.81), notebook("x = 1"))
    graded("bob", measured(0.79, 0.613), notebook("x = 2"))
    joined("ada", "bob")
    site = CommandLine(item.course_id)
    regrade = regrades.start_regrade(
        session, site, item, Conditions("v2", ""), scope=Scope.ALL, section=""
    )
    drain(engine, StandInPool(lambda data: measured(0.8, 0.6 + (b"x = 1" in data), version="v2")))
    session.expire_all()
    ina = auth.login("ina")
    assert "1 of 2 has no final number." in ina.get(BOARD).text
    regrades.publish_regrade(session, site, regrade)
    assert "no final number" not in ina.get(BOARD).text
    ina.post(f"{BOARD}/reveal")
    assert [row[2:] for row in rows(auth.login("bob"))] == [
        *(["ada-1", "0.800", "1.600"], ["bob-1 you", "0.800", "0.600"]),
    ]


def test_without_a_final_number_there_is_nothing_to_reveal(auth, ask, graded, joined):
    graded("ada", measured(0.81), notebook("x = 1"))
    graded("bob", measured(0.79, 0.6), notebook("x = 2"))
    joined("ada")
    ina = auth.login("ina")
    assert "Reveal the final ranks…" not in ina.get(BOARD).text
    answer = ina.post(f"{BOARD}/reveal")
    assert answer.status_code == 422
    assert "Nobody on the leaderboard has a final number yet." in answer.text
    code, told = ask("ina", "POST", f"{STAFF_API}/reveal")
    assert (code, told["error"]) == (409, "Nobody on the leaderboard has a final number yet.")
    assert ask("ina", "POST", f"{STAFF_API}/take-back")[0] == 409
    ina.post(f"{BOARD}/close")
    code, told = ask("ina", "POST", f"{STAFF_API}/reveal")
    assert (code, told["error"]) == (409, "Only an open leaderboard has final ranks to reveal.")


@pytest.mark.usefixtures("two")
def test_who_sees_the_final_ranks_cannot_climb_them(auth, graded):
    auth.login("ina").post(f"{BOARD}/reveal")
    graded("ada", measured(0.99, 0.99), notebook("x = 3"))
    assert [row[2] for row in rows(auth.login("bob"))] == ["bob-1 you", "ada-1"]
    assert "0.990" not in auth.login("ada").get(BOARD).text
    auth.login("ina").post(f"{BOARD}/take-back")
    assert rows(auth.login("bob"))[0] == ["1", "ada-1", "0.990"]


@pytest.mark.usefixtures("two")
def test_closed_the_final_ranks_are_gone_and_open_again_they_are_not_revealed(auth):
    ina, ada = auth.login("ina"), auth.login("ada")
    ina.post(f"{BOARD}/reveal")
    ina.post(f"{BOARD}/open")  # changes nothing
    assert "Final rank" in ada.get(BOARD).text
    ina.post(f"{BOARD}/close")
    assert ada.get(BOARD).status_code == 404
    ina.post(f"{BOARD}/open")
    assert not any(each in ada.get(BOARD).text for each in FINALS)


@pytest.mark.usefixtures("two")
def test_while_results_are_held_back_the_final_ranks_are_too(auth, ask, session, item):
    ina = auth.login("ina")
    set_rule(session, item, ResultRule.PUBLISHED)
    session.commit()
    assert "They see none of it before they see their results." in ina.get(BOARD).text
    ina.post(f"{BOARD}/reveal")
    told = everything(auth, ask, session)
    numbers = (*FINALS, "0.81", "0.79")
    assert [place for place, text in told.items() if any(each in text for each in numbers)] == []
    assert re.search("held back until\\s+staff publish", told[BOARD])


def test_numbers_of_other_checks_are_told_apart(auth, graded, joined):
    graded("ada", measured(0.9, 0.9, what="accuracy", version="v1"), notebook("x = 1"))
    graded("bob", measured(0.7, 0.7, version="v2"), notebook("x = 2"))
    joined("ada", "bob")
    bob = auth.login("bob")
    assert rows(bob) == [["1", "bob-1 you", "0.700"]]
    assert rows(auth.login("ada"))[1] == ["–", "ada-1 you", "nothing measured yet"]
    page = auth.login("gil").get(BOARD).text
    assert "1 was measured by another version of the checks than the newest." in page
    graded("ada", result(score=3, version="v2"), notebook("x = 3"))
    assert "another version" not in auth.login("gil").get(BOARD).text
