"""What counts while rules and scores change at the same moment."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.webapp.graders import result
from webapp.audit.record import CommandLine
from webapp.base.clock import now
from webapp.extensions import operations as extensions
from webapp.gradebook import operations
from webapp.gradebook.from_nbgrader import GradeChange
from webapp.models import CourseAssignment, ManualGrade, Submission, User
from webapp.reading import keeping
from webapp.reading.kinds.answer import ANSWER
from webapp.reading.kinds.kind import Opened, Place
from webapp.rubrics.marks import ReadingRefused, Sent
from webapp.rubrics.rubrics import Item, Level, Rubric
from webapp.scoring import counting, points_by_hand
from webapp.settings.operations import change_rules
from webapp.settings.values import RuleValues
from webapp.site.uploads import Upload
from webapp.submissions.operations import receive

DAY = timedelta(days=1)


@pytest.fixture
def item(item, session):
    """Due two days ago."""
    item.due_at = now() - 2 * DAY
    session.commit()
    return item


def received(session, graded, score, moment):
    made = graded("ada", result(score=score))
    made.received_at = moment
    session.commit()
    return made


def more_time(session, ina, item, ada):
    extensions.give(session, ina, item, users={ada}, due_at=item.due_at + DAY, reason="ill")


def no_penalty(session, ina, item, ada):
    change_rules(session, ina, item, RuleValues(late_penalty=0), reason="storm")


def give_points(engine, number, grader):
    with Session(engine) as other:
        submission = other.get_one(Submission, number)
        points_by_hand.set_manual_grade(
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
    counting.recount(session, item)
    session.commit()
    grader, number, ada = ina.user_id, second.id, first.user_id
    grading, weigh = [], counting.weigh

    def weigh_while_points_are_given(*words, **options):
        if not grading:
            grading.append(threading.Thread(target=give_points, args=(engine, number, grader)))
            grading[0].start()
            # It has to wait for the change; without a lock it would be through by then.
            grading[0].join(1.0)
        return weigh(*words, **options)

    monkeypatch.setattr(counting, "weigh", weigh_while_points_are_given)
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
        change_rules(session, ina, item, RuleValues(late_penalty=50), reason="as announced")
        points_by_hand.set_manual_grade(
            other, submission, question="why", points=2, comment="", grader_id=grader
        )
        other.commit()
    session.refresh(one)
    assert one.kept == 0.5


def test_work_came_when_it_came_however_long_others_keep_it_waiting(session, engine, item):
    ada = session.scalars(sa.select(User.id).where(User.name == "Ada")).one()
    number, taken = item.id, []
    session.commit()

    def hand_in():
        with Session(engine) as own:
            upload = Upload("w.ipynb", b"{}", "0" * 64)
            work = own.get_one(CourseAssignment, number)
            came = now()
            receipt = receive(own, work, user_id=ada, upload=upload, digest="1" * 64)
            taken.append(receipt.submission.received_at - came)

    with Session(engine) as holder:
        counting.lock_people(holder, [ada])
        thread = threading.Thread(target=hand_in)
        thread.start()
        thread.join(2.0)
        assert thread.is_alive(), "it waits for whoever changes the rules"
        holder.rollback()
    thread.join(30)
    assert taken[0] < timedelta(seconds=1)


def test_grades_that_come_in_any_order_wait_for_a_change_of_rules(
    session, engine, item, ina, graded, monkeypatch
):
    made = sorted((graded("ada"), graded("bob")), key=lambda one: -one.user_id)
    backwards, number, grader = [one.id for one in made], item.id, ina.user_id
    session.commit()
    actor = CommandLine(item.course_id)
    begun, together, failed = threading.Event(), threading.Event(), []
    set_manual_grade = points_by_hand.set_manual_grade

    def slowly(*words, **options):
        found = set_manual_grade(*words, **options)
        begun.set()
        together.wait(10)
        return found

    def take():
        changes = [
            GradeChange(one, "n", "a", "why", old=None, new=1.0, comment="") for one in backwards
        ]
        with Session(engine) as own:
            operations.take_gradebook_file(
                own, actor, changes=changes, grader_id=grader, filename="gradebook.db"
            )

    def count():
        with Session(engine) as own:
            counting.recount(own, own.get_one(CourseAssignment, number))
            own.commit()

    def run(work):
        try:
            work()
        except OperationalError as error:
            failed.append(str(error.orig))

    monkeypatch.setattr(points_by_hand, "set_manual_grade", slowly)
    threads = [threading.Thread(target=run, args=(work,)) for work in (take, count)]
    threads[0].start()
    assert begun.wait(30)
    threads[1].start()
    threads[1].join(1.0)
    together.set()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert session.scalar(sa.select(sa.func.count(ManualGrade.id))) == 2


def rubric(middle: float) -> Rubric:
    levels = (Level("low", 0.0), Level("mid", middle), Level("full", 2.0))
    return Rubric("answer", (Item("i", "I", levels),))


def change_rubric(session, item, middle: float) -> None:
    """Lets another rubric hold for `why`."""
    place = Place(item.course, item, "why")
    keeping.put_rubric(session, ANSWER, place, after=rubric(middle))


def read_answer(session, submission, grader, sent: Sent) -> None:
    """Reads the submission's answer to `why`."""
    item = submission.course_assignment
    work = Opened(ANSWER, Place(item.course, item, "why"), submission)
    keeping.give(session, work, grader_id=grader, sent=sent)


def read(engine, number, grader, refused, version=""):
    with Session(engine) as other:
        submission = other.get_one(Submission, number)
        sent = Sent({"i": "mid"}, rubric=version)
        try:
            read_answer(other, submission, grader, sent)
        except ReadingRefused as error:
            other.rollback()
            refused.append(str(error))
        other.commit()


@pytest.mark.parametrize("names_the_rubric", [True, False])
def test_an_answer_read_while_its_rubric_changes_follows_the_new_one_or_is_refused(
    session, engine, item, ina, graded, monkeypatch, names_the_rubric
):
    number, grader, readers, refused = graded("ada").id, ina.user_id, [], []
    change_rubric(session, item, 1.0)
    session.commit()
    version = rubric(1.0).version if names_the_rubric else ""
    stored = keeping.stored

    def stored_while_somebody_reads(changed):
        target, given = read, (engine, number, grader, refused, version)
        readers.append(threading.Thread(target=target, args=given))
        readers[0].start()
        readers[0].join(1.0)
        return stored(changed)

    monkeypatch.setattr(keeping, "stored", stored_while_somebody_reads)
    change_rubric(session, item, 0.5)
    session.commit()
    readers[0].join(30)
    assert not readers[0].is_alive()
    found = session.scalars(sa.select(ManualGrade.points)).all()
    assert found == ([] if names_the_rubric else [0.5])
    assert ["rubric has changed" in each for each in refused] == [True] * names_the_rubric


def test_a_rubric_changed_while_an_answer_is_read_changes_that_reading_too(
    session, engine, item, ina, graded, monkeypatch
):
    submission, grader, number, changes = graded("ada"), ina.user_id, item.id, []
    change_rubric(session, item, 1.0)
    session.commit()
    marks_by = keeping.marks_by

    def change():
        with Session(engine) as other:
            item = other.get_one(CourseAssignment, number)
            change_rubric(other, item, 0.5)
            other.commit()

    def marks_while_the_rubric_changes(*words):
        changes.append(threading.Thread(target=change))
        changes[0].start()
        changes[0].join(1.0)
        return marks_by(*words)

    monkeypatch.setattr(keeping, "marks_by", marks_while_the_rubric_changes)
    sent = Sent({"i": "mid"}, rubric=rubric(1.0).version)
    read_answer(session, submission, grader, sent)
    session.commit()
    changes[0].join(30)
    session.expire_all()
    assert session.scalars(sa.select(ManualGrade.points)).all() == [0.5]


def test_points_given_by_hand_while_a_rubric_changes_stay(
    session, engine, item, ina, graded, monkeypatch
):
    submission = graded("ada")
    number, grader = submission.id, ina.user_id
    change_rubric(session, item, 1.0)
    read_answer(session, submission, grader, Sent({"i": "mid"}))
    session.commit()
    lock, others = counting.lock_course, []

    def lock_after_somebody_gave_points(own, course):
        if own is session and not others:
            others.append(threading.Thread(target=give_points, args=(engine, number, grader)))
            others[0].start()
            others[0].join(5)
        lock(own, course)

    monkeypatch.setattr(counting, "lock_course", lock_after_somebody_gave_points)
    change_rubric(session, item, 0.5)
    session.commit()
    others[0].join(30)
    assert session.scalars(sa.select(ManualGrade.points)).all() == [2.0]
