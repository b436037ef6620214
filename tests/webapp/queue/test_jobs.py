"""The queue: leases, takeovers, faults, and that every submission ends with one result."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.graders import StandInPool, broken, notebook, rejected, result
from tests.webapp.sample_course import ASSIGNMENT
from webapp.base.clock import now
from webapp.grading import results
from webapp.grading.worker import Worker
from webapp.models import (
    CourseAssignment,
    Job,
    JobState,
    Lane,
    Result,
    Submission,
    SubmissionState,
    User,
)
from webapp.queue import jobs
from webapp.site.uploads import Upload
from webapp.submissions.operations import receive


@pytest.fixture
def hand_in(session: Session):
    """Hand in work of ada's, or of someone else's."""

    def hand_in(text: str = "x = 1", name: str = "ada", lane: Lane = Lane.INTERACTIVE):
        import hashlib

        data = notebook(text)
        digest = hashlib.sha256(data).hexdigest()
        assignment = session.scalars(
            sa.select(CourseAssignment).where(CourseAssignment.assignment == ASSIGNMENT)
        ).first()
        user = session.scalars(sa.select(User).where(User.name == name.capitalize())).one()
        upload = Upload("work.ipynb", data, digest)
        return receive(
            session, assignment, user_id=user.id, upload=upload, digest=digest, lane=lane
        ).submission

    return hand_in


def drain(engine: sa.Engine, pool: StandInPool, seconds: float = 20) -> None:
    stop = threading.Event()
    timer = threading.Timer(seconds, stop.set)
    timer.start()
    Worker(engine, pool, poll_seconds=0.01).run(stop, drain=True)
    timer.cancel()
    assert not stop.is_set(), "the queue did not become empty"


def fresh(engine: sa.Engine, model: type, key: int):
    with Session(engine) as session:
        return session.get_one(model, key)


def test_a_waiting_student_comes_before_an_older_batch(session, hand_in):
    batch = hand_in("a", lane=Lane.BATCH).id
    waiting = hand_in("b", name="bob").id
    claims = [jobs.claim(session, "w") for _ in range(3)]
    assert [c.submission_id if c else None for c in claims] == [waiting, batch, None]


def test_two_workers_never_claim_the_same_job(engine, hand_in):
    for number in range(12):
        hand_in(f"x = {number}")
    taken: list[int] = []

    def claim_all(owner: str) -> None:
        with Session(engine) as session:
            while claim := jobs.claim(session, owner):
                taken.append(claim.job_id)

    threads = [threading.Thread(target=claim_all, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 12


def test_a_dead_workers_job_is_queued_again_and_its_late_result_refused(session, hand_in):
    submission = hand_in()
    dead = jobs.claim(session, "dead", lease=timedelta(seconds=-1))
    assert jobs.sweep(session) == 1
    session.execute(sa.update(Job).values(not_before=now()))
    session.commit()
    alive = jobs.claim(session, "alive")
    assert (dead.attempt, alive.attempt) == (1, 2)
    assert not results.write_result(session, dead, result(score=0))
    assert not jobs.heartbeat(session, dead)
    assert results.write_result(session, alive, result(score=3))
    session.refresh(submission)
    assert (submission.state, submission.score) == (SubmissionState.GRADED, 3)
    assert session.scalar(sa.select(sa.func.count(Result.id))) == 1


def test_a_lease_that_is_kept_is_not_swept(session, hand_in):
    hand_in()
    claim = jobs.claim(session, "w", lease=timedelta(seconds=-1))
    assert jobs.heartbeat(session, claim)
    assert jobs.sweep(session) == 0


def test_a_worker_grades_what_is_queued(engine, hand_in):
    ids = [hand_in(f"x = {n}").id for n in range(5)]
    pool = StandInPool()
    drain(engine, pool)
    assert pool.calls == 5
    found = [fresh(engine, Submission, key) for key in ids]
    assert {(s.state, s.auto_score, s.ungraded) for s in found} == {(SubmissionState.GRADED, 3, 1)}


def test_a_rejected_file_has_no_score(engine, hand_in):
    key = hand_in().id
    drain(engine, StandInPool(lambda data: rejected("The notebook has no cells.")))
    submission = fresh(engine, Submission, key)
    assert (submission.state, submission.score) == (SubmissionState.REJECTED, None)


@pytest.mark.parametrize("how", ["says so", "raises"])
def test_a_fault_of_ours_is_tried_three_times_and_then_left_to_staff(
    engine, hand_in, monkeypatch, how
):
    monkeypatch.setattr(jobs, "_FIRST_PAUSE", timedelta(0))
    key = hand_in().id

    def grade(data: bytes):
        if how == "raises":
            raise OSError("no space left")
        return broken()

    pool = StandInPool(grade)
    drain(engine, pool)
    submission = fresh(engine, Submission, key)
    assert pool.calls == 3
    assert (submission.state, submission.score) == (SubmissionState.FAULT, None)
    with Session(engine) as session:
        job = session.scalars(sa.select(Job)).one()
        assert job.state == JobState.DEAD
        assert ("no space" if how == "raises" else "sandbox") in job.last_error


def test_the_pause_after_a_fault_grows(session, hand_in):
    hand_in()
    pauses = []
    for _ in range(2):
        session.execute(sa.update(Job).values(not_before=now()))
        session.commit()
        claim = jobs.claim(session, "w")
        before = now()
        jobs.fault(session, claim, "broken")
        pauses.append(session.scalar(sa.select(Job.not_before)) - before)
    assert pauses[0] < pauses[1]
    assert jobs.claim(session, "w") is None


def test_a_retried_dead_job_is_graded(engine, session, hand_in, monkeypatch):
    monkeypatch.setattr(jobs, "_FIRST_PAUSE", timedelta(0))
    submission = hand_in()
    drain(engine, StandInPool(lambda data: broken()))
    job = session.scalars(sa.select(Job)).one()
    assert jobs.retry(session, job.id, submission.id)
    session.commit()
    drain(engine, StandInPool())
    assert fresh(engine, Submission, submission.id).state == SubmissionState.GRADED


def test_one_result_per_submission_and_grader_version(engine, session, hand_in):
    submission = hand_in()
    drain(engine, StandInPool(lambda data: result(score=1, version="v1")))
    for version in ("v2", "v1"):
        jobs.enqueue(session, submission, Lane.BATCH)
        session.commit()
        drain(engine, StandInPool(lambda data, v=version: result(score=2, version=v)))
    rows = session.execute(
        sa.select(Result.grader_version, Result.score, Result.current).order_by(Result.id)
    ).all()
    assert [tuple(row) for row in rows] == [("v1", 1, True), ("v2", 2, False)]
    assert fresh(engine, Submission, submission.id).auto_score == 1


def test_a_stopped_worker_finishes_what_it_grades(engine, hand_in):
    key = hand_in().id
    started, stop = threading.Event(), threading.Event()

    def grade(data: bytes):
        started.set()
        assert stop.wait(10)
        return result()

    worker = Worker(engine, StandInPool(grade), poll_seconds=0.01)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    assert started.wait(10)
    stop.set()
    thread.join(10)
    assert fresh(engine, Submission, key).state == SubmissionState.GRADED


def test_uploads_of_one_student_at_once_get_attempts_of_their_own(engine, hand_in):
    first = hand_in("first")
    assignment_id, user_id = first.course_assignment_id, first.user_id
    errors: list[Exception] = []

    def upload(number: int) -> None:
        try:
            with Session(engine) as session:
                assignment = session.get_one(CourseAssignment, assignment_id)
                data = notebook(f"y = {number}")
                receive(
                    session,
                    assignment,
                    user_id=user_id,
                    upload=Upload("w.ipynb", data, f"{number:064d}"),
                    digest=str(number),
                )
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=upload, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with Session(engine) as session:
        attempts = session.scalars(sa.select(Submission.attempt).order_by(Submission.attempt))
        assert list(attempts) == [1, 2, 3, 4, 5, 6, 7]
        assert session.scalar(sa.select(sa.func.count(Job.id))) == 7


def test_an_assignment_without_an_opening_time_is_warmed_too(engine, session):
    from webapp.models import Course
    from webapp.service.worker_process import _first_to_warm

    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    for name, opens_at in (("a02_always", None), ("a03_later", now() + timedelta(days=1))):
        course.assignments.append(
            CourseAssignment(assignment=name, title=name, points=1, opens_at=opens_at)
        )
    session.commit()
    assert _first_to_warm(engine, 4) == [ASSIGNMENT, "a02_always"]
