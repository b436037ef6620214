"""Points of written answers: what readers gave, what staff gave by hand, and what counts."""

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from autograder.results import QuestionResult, Verdict
from tests.webapp.graders import result
from tests.webapp.reading.test_answers import WHY, number_of, scored
from webapp.models import (
    AuditEntry,
    ManualGrade,
    Reading,
    Submission,
)
from webapp.reading.kinds.kind import Place
from webapp.reading.queries import works
from webapp.rubrics.names import Names
from webapp.rubrics.rubrics import plain_points
from webapp.scoring.points_by_hand import set_manual_grade


def test_points_given_by_hand_since_outlast_a_mended_comment(auth, session, handed_in):
    gil, number = auth.login("gil"), handed_in[0]
    gil.post(f"{WHY}/{number}", {"points": "p1000", "comment": "ok"})
    submission, grader = session.get_one(Submission, number), number_of(session, "Gil")
    points = {"question": "why", "points": 2, "comment": "you are right"}
    set_manual_grade(session, submission, **points, grader_id=grader)
    session.commit()
    saved = gil.post(f"{WHY}/{number}", {"points": "p1000", "comment": "o.k."})
    assert scored(session, number) == (2, 0)
    assert "keeps the 2 points that staff gave by hand" in gil.get(saved.location).text
    reading = session.scalars(sa.select(Reading)).one()
    assert reading.comment == "o.k."


def test_points_given_by_hand_before_any_reading_stay_until_a_reader_says_otherwise(
    auth, session, handed_in
):
    gil, number = auth.login("gil"), handed_in[0]
    page = f"{WHY}/{number}"
    assert "by hand" not in gil.get(page).text
    gil.post(f"/courses/dl/staff/submissions/{number}/grades/why", {"points": "0.3"})
    shown = gil.get(page).text
    assert "Staff gave this answer 0.3 points by hand. They stay" in shown
    assert 'name="instead-of" id="instead-of" value="0.3">' in shown
    saved = gil.post(page, {"points": "p1000"})
    assert scored(session, number) == (0.3, 0)
    assert "keeps the 0.3 points that staff gave by hand" in gil.get(saved.location).text
    assert "They stay" in gil.get(page).text
    gil.post(page, {"points": "p1000", "instead-of": "0.2"})
    assert scored(session, number) == (0.3, 0), "somebody changed them since the page was opened"
    gil.post(page, {"points": "p1000", "instead-of": "0.3"})
    assert scored(session, number) == (1, 0)
    assert "They stay" not in gil.get(page).text
    chosen = sa.select(AuditEntry.detail).where(AuditEntry.action == "read written answer")
    noted = session.scalars(chosen.order_by(AuditEntry.id)).all()
    assert [each["stays_by_hand"] for each in noted] == [0.3, 0.3, None]
    assert [each["instead_of_by_hand"] for each in noted] == [None, None, 0.3]


def test_what_staff_wrote_beside_the_readings_outlasts_them(auth, session, handed_in):
    gil, ina, number = auth.login("gil"), auth.login("ina"), handed_in[0]
    page, by_hand = f"{WHY}/{number}", f"/courses/dl/staff/submissions/{number}/grades/why"
    comment = sa.select(ManualGrade.comment).where(ManualGrade.submission_id == number)
    gil.post(page, {"points": "p1000", "comment": "ok"})
    ina.post(by_hand, {"points": "1", "comment": "See me on Friday."})
    gil.post(page, {"points": "p1500", "comment": "o.k."})
    assert session.scalars(comment).one() == "See me on Friday.\n\no.k."
    ina.post(page, {"points": "p500", "comment": "Short."})
    gil.post(page, {"points": "p1500", "comment": "Fine."})
    session.expire_all()
    assert session.scalars(comment).one() == "See me on Friday.\n\nFine.\n\nShort."
    other = f"{WHY}/{handed_in[1]}"
    ina.post(
        by_hand.replace(f"/{number}/", f"/{handed_in[1]}/"), {"points": "2", "comment": "Mine"}
    )
    gil.post(other, {"points": "p0", "comment": "No.", "instead-of": "2.0"})
    again = sa.select(ManualGrade.comment).where(ManualGrade.submission_id == handed_in[1])
    assert session.scalars(again).one() == "Mine\n\nNo."


def test_an_answer_is_worth_no_more_than_in_its_own_notebook(auth, session, graded, handed_in):
    found = result(score=3)
    why = QuestionResult("why", "manual", None, 1, Verdict.PENDING)
    shorter = replace(found, questions=(found.questions[0], why), max_score=4)
    number, gil = graded("bob", shorter).id, auth.login("gil")
    gil.post(f"{WHY}/{number}", {"points": "p2000", "comment": ""})
    assert scored(session, number) == (1, 0)
    item = session.get_one(Submission, number).course_assignment
    listed = works(session, Place(item.course, item, "why", most=2), Names(hidden=False))
    (mine,) = [each for each in listed if each.id == number]
    assert (mine.given, mine.mean, mine.by_hand) == (1, 2, False)


@pytest.mark.parametrize(
    ("most", "points"),
    [
        (2, [0, 0.5, 1, 1.5, 2]),
        (3, [0, 0.5, 1, 1.5, 2, 2.5, 3]),
        (10, [0, 2, 4, 6, 8, 10]),
        (0.3, [0, 0.075, 0.15, 0.225, 0.3]),
    ],
)
def test_plain_points_are_a_few_even_steps_to_what_the_question_is_worth(most, points):
    (item,) = plain_points("answer", most).items
    assert [level.points for level in item.levels] == pytest.approx(points)
    assert len({item.shortcut(level) for level in item.levels}) == len(points)
