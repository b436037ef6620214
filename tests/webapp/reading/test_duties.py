"""Who reads what: work is divided, changes hands, and is never left to nobody."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.reading.test_readings import BOTH, READINGS
from webapp.models import (
    AuditEntry,
    Course,
    Enrolment,
    Proposal,
    Reader,
    User,
)
from webapp.reading import operations
from webapp.reading.duties import NotDivided
from webapp.reading.kinds.kind import Place
from webapp.reading.queries import works


def test_work_is_divided_evenly_and_again_without_taking_anything_away(
    auth, session, reviews, second_grader
):
    ina = auth.login("ina")
    zoe, gil = (
        session.scalars(sa.select(User.id).where(User.name == name)).one()
        for name in ("Zoe", "Gil")
    )
    graders = {"grader": [str(zoe), str(gil)], "readers": "1"}
    ina.post(f"{READINGS}/work/divide", graders)
    found = session.execute(sa.select(Reader.review_id, Reader.grader_id)).all()
    assert sorted(review for review, _ in found) == reviews
    assert {grader for _, grader in found} == {zoe, gil}
    ina.post(f"{READINGS}/work/divide", graders | {"readers": "2"})
    again = session.execute(sa.select(Reader.review_id, Reader.grader_id)).all()
    assert set(found) < set(again)
    assert len(again) == 4


def test_a_grader_is_led_only_to_their_own_share_and_work_can_change_hands(
    auth, session, reviews, second_grader
):
    zoe = session.scalars(sa.select(User.id).where(User.name == "Zoe")).one()
    gil_id = session.scalars(sa.select(User.id).where(User.name == "Gil")).one()
    ina, gil = auth.login("ina"), auth.login("gil")
    for number in reviews:
        ina.post(f"{READINGS}/work/review/{number}", {"grader": [str(zoe)]})
    assert gil.get(f"{READINGS}/next").location.endswith("/readings")
    ina.post(f"{READINGS}/work/review/{reviews[1]}", {"grader": [str(gil_id)]})
    assert gil.get(f"{READINGS}/next").location.endswith(f"reviews/{reviews[1]}")
    assert ina.post(f"{READINGS}/work/review/9999", {"grader": []}).status_code == 404


def test_only_who_grades_in_the_course_can_be_given_work(auth, session, reviews):
    ada = session.scalars(sa.select(User.id).where(User.name == "Ada")).one()
    eve = session.scalars(sa.select(User.id).where(User.name == "Eve")).one()
    ina = auth.login("ina")
    ina.post(f"{READINGS}/work/review/{reviews[0]}", {"grader": [str(ada), str(eve)]})
    ina.post(f"{READINGS}/work/divide", {"grader": [str(ada), str(eve)], "readers": "1"})
    assert session.scalar(sa.select(sa.func.count(Reader.id))) == 0


def test_work_stays_with_its_reader_where_another_who_was_chosen_cannot_read(
    auth, session, reviews, second_grader
):
    zoe, gil, eve = (
        session.scalars(sa.select(User.id).where(User.name == name)).one()
        for name in ("Zoe", "Gil", "Eve")
    )
    ina, work = auth.login("ina"), f"{READINGS}/work/review/{reviews[0]}"
    ina.post(work, {"grader": [str(zoe)]})
    for graders in ([eve], [gil, eve]):
        refused = ina.post(work, {"grader": [str(each) for each in graders]}, follow_redirects=True)
        assert "Choose only graders and instructors of this course." in refused.text
    divide = {"grader": [str(gil), str(eve)], "readers": "1"}
    ina.post(f"{READINGS}/work/divide", divide)
    assert session.scalars(sa.select(Reader.grader_id)).all() == [zoe]


@pytest.mark.parametrize("change", ["divide", "let_read"])
def test_two_who_say_who_reads_at_once_are_told_and_nothing_is_half_done(
    engine, session, reviews, monkeypatch, change
):
    ina = session.scalars(
        sa.select(Enrolment).join(Course).where(Course.slug == "dl", Enrolment.role == "instructor")
    ).one()
    place, course_id, grader = Place(ina.course), ina.course_id, ina.user_id

    def as_it_was(*words):
        found = works(*words)
        session.commit()
        with Session(engine) as other:
            other.add(
                Reader(
                    kind="review",
                    course_id=course_id,
                    review_id=reviews[0],
                    grader_id=grader,
                )
            )
            other.commit()
        return found

    monkeypatch.setattr(operations, "works", as_it_was)
    number = reviews[0]
    changes = {
        "divide": lambda: operations.divide(session, ina, place, graders=[grader], readers=1),
        "let_read": lambda: operations.let_read(
            session, ina, place, kind="review", number=number, graders=[grader]
        ),
    }
    with pytest.raises(NotDivided, match="at this moment"):
        changes[change]()
    assert session.scalars(sa.select(AuditEntry)).all() == []


@pytest.mark.parametrize("page", ["proposals/{}", "presentations/{}/score"])
def test_the_last_one_leaves_with_who_was_to_read_but_not_once_it_is_read(auth, session, page):
    ada, ina = auth.login("ada"), auth.login("ina")
    ada.post("/courses/dl/proposal/team", {"name": "Alone"})
    key = session.scalars(sa.select(Proposal.id)).one()
    gil = session.scalars(sa.select(User.id).where(User.name == "Gil")).one()
    ina.post(f"{READINGS}/work/proposal/{key}", {"grader": [str(gil)]})
    assert ada.post("/courses/dl/proposal/leave").status_code == 303
    assert session.scalar(sa.select(sa.func.count(Reader.id))) == 0
    ada.post("/courses/dl/proposal/team", {"name": "Again"})
    key = session.scalars(sa.select(Proposal.id)).one()
    assert ina.post(f"{READINGS}/{page.format(key)}", BOTH).status_code == 303
    refused = ada.post("/courses/dl/proposal/leave")
    assert refused.status_code == 409
    assert "Staff have read or scored your team&#39;s work already" in refused.text
    assert session.scalar(sa.select(sa.func.count(Proposal.id))) == 1
