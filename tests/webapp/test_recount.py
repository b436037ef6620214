"""What counts while rules and scores change at the same moment."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.graders import result
from webapp import extensions, recount, rules, scores
from webapp.clock import now
from webapp.models import Course, CourseAssignment, Enrolment, Submission, User

DAY = timedelta(days=1)
ZONE = "America/New_York"


@pytest.fixture
def item(session):
    """An assignment due two days ago."""
    found = session.scalars(
        sa.select(CourseAssignment).join(Course).where(Course.slug == "dl")
    ).one()
    found.due_at = now() - 2 * DAY
    session.commit()
    return found


@pytest.fixture
def ina(session):
    """Who instructs."""
    found = sa.select(Enrolment).join(User, Enrolment.user_id == User.id).where(User.name == "Ina")
    return session.scalars(found).one()


def received(session, graded, score, moment):
    made = graded("ada", result(score=score))
    made.received_at = moment
    session.commit()
    return made


def more_time(session, ina, item, ada):
    extensions.give(session, ina, item, users={ada}, due_at=item.due_at + DAY, reason="ill")


def no_penalty(session, ina, item, ada):
    fields = {**rules.shown(item, ZONE), "late_penalty": "0", "reason": "storm"}
    rules.change(session, ina, item, fields)


def give_points(engine, number, grader):
    with Session(engine) as other:
        submission = other.get_one(Submission, number)
        scores.set_manual_grade(
            other, submission, question="why", points=2, comment="", grader_id=grader
        )
        other.commit()


@pytest.mark.parametrize("change", [more_time, no_penalty])
def test_points_given_while_the_rules_change_decide_what_counts(
    session, engine, item, ina, graded, monkeypatch, change
):
    item.late_penalty = 0.5
    first = received(session, graded, 3.0, item.due_at - DAY)
    second = received(session, graded, 2.0, item.due_at + DAY / 2)
    recount.recount(session, item)
    session.commit()
    grader, number, ada = ina.user_id, second.id, first.user_id
    grading, judge = [], recount.judge

    def judge_while_points_are_given(*words, **options):
        if not grading:
            grading.append(threading.Thread(target=give_points, args=(engine, number, grader)))
            grading[0].start()
            # It has to wait for the change; without a lock it would be through by then.
            grading[0].join(1.0)
        return judge(*words, **options)

    monkeypatch.setattr(recount, "judge", judge_while_points_are_given)
    change(session, ina, item, ada)
    grading[0].join(30)
    assert not grading[0].is_alive()
    session.expire_all()
    rows = session.scalars(sa.select(Submission).order_by(Submission.id))
    assert [(row.score, row.kept, row.counts) for row in rows] == [
        (3.0, 1.0, False),
        (4.0, 1.0, True),
    ]


def test_points_given_with_older_rules_in_hand_follow_the_rules_of_now(
    session, engine, item, ina, graded
):
    one = received(session, graded, 3.0, item.due_at + DAY / 2)
    number, grader = one.id, ina.user_id
    with Session(engine) as other:
        submission = other.get_one(Submission, number)
        held = submission.course_assignment
        assert held.course.late_days == held.late_penalty == 0
        fields = {**rules.shown(item, ZONE), "late_penalty": "50", "reason": "as announced"}
        rules.change(session, ina, item, fields)
        scores.set_manual_grade(
            other, submission, question="why", points=2, comment="", grader_id=grader
        )
        other.commit()
    session.refresh(one)
    assert one.kept == 0.5
