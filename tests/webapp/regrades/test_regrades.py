"""Regrading: unseen until it is published, all or nothing, and nothing run that is known."""

import re
from dataclasses import replace as replaced
from datetime import timedelta

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from autograder.receipt import Receipt
from tests.webapp.graders import LIBRARY, StandInPool, broken, rejected, result
from tests.webapp.queue.test_jobs import drain
from webapp.audit.record import CommandLine
from webapp.base.clock import now
from webapp.grading import results
from webapp.grading.conditions import Conditions, conditions_of
from webapp.models import (
    CourseAssignment,
    Enrolment,
    Job,
    JobState,
    Lane,
    RegradeItem,
    RegradeState,
    Result,
    Scope,
    SubmissionState,
)
from webapp.queue import jobs
from webapp.regrades import operations
from webapp.regrades.changes import changes
from webapp.regrades.queries import RegradeRefused
from webapp.regrades.queries import progress as progress_of
from webapp.scoring import points_by_hand

PAGE = "/courses/dl/staff/assignments/a01_demo/regrade"


def graded_by(version, score=3.0, **options):
    """A result with a receipt, so that its conditions are known."""
    receipt = Receipt("", "", version, {"python": "3"}, "seed", {"calls": 1.0})
    return replace(result(score=score, version=version, **options), receipt=receipt)


def conditions_under(version):
    return Conditions(version, conditions_of(graded_by(version)))


@pytest.fixture
def assignment(session):
    return session.scalars(
        sa.select(CourseAssignment).where(CourseAssignment.assignment == "a01_demo")
    ).first()


@pytest.fixture
def class_of_two(graded):
    """Ada has full marks and bob one point, by the checks v1."""
    return graded("ada", graded_by("v1", 3.0)), graded("bob", graded_by("v1", 1.0))


def begin(session, assignment, version="v2", **options):
    actor, conditions = CommandLine(assignment.course_id), conditions_under(version)
    return operations.start_regrade(session, actor, assignment, conditions, **options)


def runner(regrade):
    """Whoever runs the site, at its command line."""
    return CommandLine(regrade.course_assignment.course_id)


def test_students_see_nothing_of_a_regrade_until_it_is_published(
    session, engine, assignment, class_of_two
):
    ada, bob = class_of_two
    regrade = begin(session, assignment)
    drain(engine, StandInPool(lambda _: graded_by("v2", 2.0)))
    session.expire_all()
    assert [(s.state, s.auto_score) for s in (ada, bob)] == [("graded", 3.0), ("graded", 1.0)]
    found = changes(session, regrade)
    assert {(c.name, c.old, c.new, c.difference) for c in found} == {
        ("Ada", 3, 2, -1),
        ("Bob", 1, 2, 1),
    }
    assert [(q.question, q.old, q.new) for q in found[0].questions] == [("dense", 3, 2)]

    assert operations.publish_regrade(session, runner(regrade), regrade).count == 2
    assert [(s.state, s.auto_score) for s in (ada, bob)] == [("graded", 2.0), ("graded", 2.0)]
    current = session.scalars(sa.select(Result.grader_version).where(Result.current)).all()
    assert current == ["v2", "v2"]
    assert session.scalar(sa.select(sa.func.count(Result.id))) == 4


def test_running_jobs_of_a_regrade_leave_a_submission_as_students_see_it(
    session, assignment, class_of_two
):
    ada, _ = class_of_two
    begin(session, assignment)
    claim = jobs.claim(session, "worker")
    assert claim is not None
    session.expire_all()
    assert ada.state == SubmissionState.GRADED
    jobs.fault(session, claim, "the sandbox did not start")
    session.expire_all()
    assert ada.state == SubmissionState.GRADED


def test_what_the_same_judge_has_graded_is_not_run_again(session, assignment, class_of_two):
    regrade = begin(session, assignment, version="v1")
    assert session.scalar(sa.select(sa.func.count(Job.id)).where(Job.lane == Lane.BATCH)) == 0
    progress = progress_of(session, regrade)
    assert (progress.total, progress.known, progress.done) == (2, 2, 2)
    assert changes(session, regrade) == []
    assert operations.publish_regrade(session, runner(regrade), regrade).count == 0


def test_going_back_to_earlier_checks_takes_their_results_up_again(
    session, engine, assignment, class_of_two
):
    ada, _ = class_of_two
    second = begin(session, assignment)
    drain(engine, StandInPool(lambda _: graded_by("v2", 0.0)))
    operations.publish_regrade(session, runner(second), second)
    back = begin(session, assignment, version="v1")
    assert not progress_of(session, back).running
    operations.publish_regrade(session, runner(back), back)
    session.refresh(ada)
    assert ada.auto_score == 3.0


def test_unsteady_results_are_run_again_by_the_same_judge(session, engine, assignment, graded):
    unsteady = graded_by("v1", 1.0)
    ada = graded("ada", replace(unsteady, receipt=replace(unsteady.receipt, restarts=1)))
    regrade = begin(session, assignment, version="v1")
    drain(engine, StandInPool(lambda _: graded_by("v1", 3.0)))
    assert operations.publish_regrade(session, runner(regrade), regrade).count == 1
    session.refresh(ada)
    assert ada.auto_score == 3.0
    assert session.scalar(sa.select(sa.func.count(Result.id))) == 2


def test_discarding_leaves_no_trace_of_the_new_results(session, engine, assignment, class_of_two):
    regrade = begin(session, assignment)
    drain(engine, StandInPool(lambda _: graded_by("v2", 0.0)))
    operations.discard_regrade(session, runner(regrade), regrade)
    assert session.scalars(sa.select(Result.grader_version)).all() == ["v1", "v1"]
    assert session.scalar(sa.select(sa.func.count(RegradeItem.id))) == 0
    assert begin(session, assignment).id != regrade.id


def test_what_still_runs_when_it_is_discarded_changes_nothing(session, assignment, class_of_two):
    regrade = begin(session, assignment)
    claim = jobs.claim(session, "worker")
    operations.discard_regrade(session, runner(regrade), regrade)
    assert results.write_result(session, claim, graded_by("v2", 0.0))
    assert session.scalars(sa.select(Result.grader_version)).all() == ["v1", "v1"]
    states = session.scalars(sa.select(Job.state).where(Job.regrade_id.is_not(None))).all()
    assert JobState.QUEUED not in states


def test_staffs_points_for_written_answers_outlive_a_regrade(
    session, engine, assignment, class_of_two
):
    ada, bob = class_of_two
    gil = session.scalars(sa.select(Enrolment.user_id).where(Enrolment.role == "grader")).one()
    points_by_hand.set_manual_grade(
        session, ada, question="why", points=1.5, comment="", grader_id=gil
    )
    session.commit()
    regrade = begin(session, assignment)
    drain(engine, StandInPool(lambda _: graded_by("v2", 2.0)))
    operations.publish_regrade(session, runner(regrade), regrade)
    assert (ada.score, ada.ungraded) == (3.5, 0)
    assert (bob.score, bob.ungraded) == (2.0, 1)


def test_a_new_version_that_refuses_a_notebook_says_so_before_and_after(
    session, engine, assignment, class_of_two
):
    ada, _ = class_of_two
    regrade = begin(session, assignment)
    refused = replace(rejected("No cell can be read."), grader_version="v2")
    drain(engine, StandInPool(lambda _: refused))
    assert [c.new for c in changes(session, regrade)] == [None, None]
    operations.publish_regrade(session, runner(regrade), regrade)
    assert (ada.state, ada.auto_score) == (SubmissionState.REJECTED, None)


def test_jobs_go_to_the_queue_that_the_assignment_needs_now(
    session, assignment, class_of_two, monkeypatch
):
    monkeypatch.setattr(jobs, "queue_for", lambda *_: "gpu")
    regrade = begin(session, assignment)
    queues = session.scalars(sa.select(Job.queue).where(Job.regrade_id == regrade.id)).all()
    assert queues == ["gpu", "gpu"]


@pytest.mark.parametrize("way", ["fault", "sweep"])
def test_a_fault_after_the_regrade_was_discarded_leaves_nothing_to_do(
    session, assignment, class_of_two, way
):
    regrade = begin(session, assignment)
    claim = jobs.claim(session, "worker")
    job = sa.update(Job).where(Job.id == claim.job_id)
    session.execute(job.values(faults=jobs.MOST_FAULTS - 1))
    operations.discard_regrade(session, runner(regrade), regrade)
    if way == "fault":
        assert jobs.fault(session, claim, "the sandbox did not start")
    else:
        session.execute(job.values(lease_expires_at=now() - timedelta(hours=1)))
        session.commit()
        assert jobs.sweep(session) == 1
    states = session.scalars(sa.select(Job.state).where(Job.regrade_id == regrade.id)).all()
    assert states == [JobState.CANCELLED]


def test_publishing_leaves_no_stopped_job_behind(session, engine, assignment, class_of_two):
    regrade = begin(session, assignment)
    session.execute(
        sa.update(Job).where(Job.regrade_id == regrade.id).values(faults=jobs.MOST_FAULTS - 1)
    )
    session.commit()
    drain(engine, StandInPool(lambda _: broken()))
    assert operations.publish_regrade(session, runner(regrade), regrade).count == 0
    states = session.scalars(sa.select(Job.state).where(Job.regrade_id == regrade.id)).all()
    assert states == [JobState.CANCELLED] * 2


def test_publishing_waits_for_every_result(session, assignment, class_of_two):
    regrade = begin(session, assignment)
    with pytest.raises(RegradeRefused, match="still runs"):
        operations.publish_regrade(session, runner(regrade), regrade)
    session.refresh(regrade)
    assert regrade.state == RegradeState.OPEN


def test_a_regrade_is_published_once(session, engine, assignment, class_of_two):
    regrade = begin(session, assignment, version="v1")
    operations.publish_regrade(session, runner(regrade), regrade)
    with pytest.raises(RegradeRefused, match="already"):
        operations.discard_regrade(session, runner(regrade), regrade)


def test_one_regrade_of_an_assignment_at_a_time(session, assignment, class_of_two):
    begin(session, assignment)
    with pytest.raises(RegradeRefused, match="publish or discard it first"):
        begin(session, assignment)


def test_a_regrade_of_nothing_is_refused(session, assignment):
    with pytest.raises(RegradeRefused, match="No graded submission"):
        begin(session, assignment)


def test_faults_of_ours_leave_the_score_and_can_be_tried_again(
    session, engine, assignment, class_of_two
):
    ada, _ = class_of_two
    regrade = begin(session, assignment)
    session.execute(
        sa.update(Job).where(Job.regrade_id == regrade.id).values(faults=jobs.MOST_FAULTS - 1)
    )
    session.commit()
    drain(engine, StandInPool(lambda _: broken()))
    progress = progress_of(session, regrade)
    assert (progress.stopped, progress.running) == (2, False)
    session.refresh(ada)
    assert ada.state == SubmissionState.GRADED
    assert operations.retry_stopped(session, runner(regrade), regrade).count == 2
    drain(engine, StandInPool(lambda _: graded_by("v2", 2.0)))
    assert operations.publish_regrade(session, runner(regrade), regrade).count == 2


def test_only_the_attempt_that_counts_is_taken_or_all_or_a_section(session, assignment, graded):
    graded("ada", graded_by("v1", 1.0), b'{"first": 1}')
    best = graded("ada", graded_by("v1", 3.0), b'{"second": 1}')
    bob = graded("bob", graded_by("v1", 1.0))
    session.execute(
        sa.update(Enrolment).where(Enrolment.user_id == bob.user_id).values(section="B")
    )
    session.commit()

    def taken(**options):
        regrade = begin(session, assignment, **options)
        found = set(
            session.scalars(
                sa.select(RegradeItem.submission_id).where(RegradeItem.regrade_id == regrade.id)
            )
        )
        operations.discard_regrade(session, runner(regrade), regrade)
        session.commit()
        return found

    assert taken() == {best.id, bob.id}
    assert len(taken(scope=Scope.ALL)) == 3
    assert taken(section="B") == {bob.id}


@pytest.fixture
def v2_now(app):
    app.extensions["heldout"] = replaced(LIBRARY, conditions=lambda *_: conditions_under("v2"))


def test_staff_regrade_on_the_page_and_the_student_is_told(
    auth, engine, class_of_two, v2_now, session
):
    ada, _ = class_of_two
    ina, student = auth.login("ina"), auth.login("ada")
    assert ina.post(PAGE, {"scope": "counting"}).status_code == 303
    drain(engine, StandInPool(lambda _: graded_by("v2", 2.0)))
    page = ina.get(PAGE).text
    assert "2 of 2 change" in page
    own = student.course(f"submissions/{ada.id}")
    assert "regraded" not in student.get(own).text
    form = {"regrade": re.search(r'name="regrade" value="(\d+)"', page).group(1)}
    assert ina.post(f"{PAGE}/publish", form).status_code == 303
    shown = student.get(own).text
    assert "3 points before, 2 now" in shown
    assert "checks v1" in shown
    log = ina.get("/courses/dl/staff/log").text
    assert "start regrade" in log
    assert "publish regrade" in log


def test_a_page_that_is_out_of_date_publishes_nothing(auth, class_of_two, v2_now):
    ina = auth.login("ina")
    ina.post(PAGE)
    response = ina.post(f"{PAGE}/publish", {"regrade": "999"})
    assert (response.status_code, "not open any more" in response.text) == (409, True)


def test_the_page_follows_a_regrade_and_stops_when_it_is_done(auth, engine, class_of_two, v2_now):
    ina = auth.login("ina")
    ina.post(PAGE)
    assert "2 still wait or run" in ina.get(f"{PAGE}/status").text
    drain(engine, StandInPool(lambda _: graded_by("v2", 2.0)))
    done = ina.get(f"{PAGE}/status")
    assert (done.status_code, done.headers["HX-Refresh"]) == (286, "true")


def test_a_preview_takes_two_statements_for_any_class(session, engine, assignment, class_of_two):
    regrade = begin(session, assignment)
    drain(engine, StandInPool(lambda _: graded_by("v2", 2.0)))
    seen = []
    session.refresh(regrade)
    sa.event.listen(engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    assert len(changes(session, regrade)) == 2
    assert len(seen) == 2
