"""What is done about a result is done whole, with its line in the log, or not at all."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.graders import result
from webapp.base.numbers import TypedNumber
from webapp.models import AuditEntry, ManualGrade, ScoreOverride, Submission
from webapp.results import operations
from webapp.results.operations import GradeRefused, NoSuchQuestion
from webapp.scoring.points_by_hand import OverrideRefused

WHOLE = ""


def kept(engine, table):
    """How many rows somebody else finds."""
    with Session(engine) as other:
        return other.scalar(sa.select(sa.func.count()).select_from(table))


def override(session, ina, submission, points, question="dense"):
    return operations.override_score(
        session, ina, submission, question=question, points=points, reason="By hand."
    )


def give(session, ina, submission, points=1.0, *, question="why", comment=""):
    return operations.give_points(
        session, ina, submission, question=question, points=points, comment=comment
    )


def test_points_and_their_line_in_the_log_are_kept_at_once(session, engine, ina, graded):
    submission = graded("ada", result(score=1))
    made = override(session, ina, submission, TypedNumber("2.5"))
    assert (made.points, made.automatic) == (2.5, 1)
    assert give(session, ina, submission, TypedNumber("1.5")) == 2
    assert (kept(engine, ScoreOverride), kept(engine, ManualGrade)) == (1, 1)
    with Session(engine) as other:
        scored = other.scalars(sa.select(Submission.score)).all()
        logged = other.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
        assert scored == [4]
        assert [(e.action, e.detail["points"]) for e in logged] == [
            ("override score", 2.5),
            ("grade written answer", 1.5),
        ]


@pytest.mark.parametrize("text", ["2,5", "nan", "-1", "a lot"])
def test_a_refusal_says_what_was_typed_and_leaves_nothing(session, engine, ina, graded, text):
    submission = graded("ada", result(score=1))
    sentence = f"The points are {text!r}, expected a number from 0 to "
    with pytest.raises(OverrideRefused, match=f"{sentence}3"):
        override(session, ina, submission, TypedNumber(text))
    with pytest.raises(GradeRefused, match=f"{sentence}2"):
        give(session, ina, submission, TypedNumber(text))
    session.commit()
    assert [kept(engine, table) for table in (ScoreOverride, ManualGrade, AuditEntry)] == [0, 0, 0]


def test_a_number_that_a_program_sent_is_named_as_it_is(session, ina, graded):
    with pytest.raises(OverrideRefused, match="The points are '99', expected"):
        override(session, ina, graded("ada"), 99.0)


@pytest.mark.parametrize("question", ["dense", "nothing"])
def test_only_a_written_answer_gets_points_by_hand(
    auth, ask, session, engine, ina, graded, question
):
    submission = graded("ada")
    with pytest.raises(NoSuchQuestion):
        give(session, ina, submission, question=question)
    page = f"/courses/dl/staff/submissions/{submission.id}/grades/{question}"
    assert auth.login("gil").post(page, {"points": "1"}).status_code == 404
    assert ask("gil", "POST", f"/api/v1{page}", {"points": 1})[0] == 404
    assert kept(engine, AuditEntry) == 0


def test_a_comment_has_an_end(session, engine, ina, graded):
    with pytest.raises(GradeRefused, match="5001 characters, expected at most 5000"):
        give(session, ina, graded("ada"), comment="w" * 5001)
    assert kept(engine, ManualGrade) == 0


def test_taking_back_points_that_nobody_set_is_said_and_not_logged(auth, session, engine, graded):
    submission = graded("ada")
    gil = auth.login("gil")
    remove = f"/courses/dl/staff/submissions/{submission.id}/override/remove"
    page = gil.post(remove, {"question": "dense"}, follow_redirects=True)
    assert "There are no points set by hand to remove." in page.text
    assert kept(engine, AuditEntry) == 0


def test_points_by_hand_leave_what_was_set_for_the_whole(session, ina, graded):
    submission = graded("ada", result(score=1))
    override(session, ina, submission, 4.0, question=WHOLE)
    give(session, ina, submission, 2.0)
    assert (submission.manual_score, submission.score) == (2, 4)
    operations.remove_override(session, ina, submission, question=WHOLE)
    assert (submission.adjustment, submission.score) == (None, 3)
