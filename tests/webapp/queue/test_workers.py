"""Workers by what they serve, as they report themselves, and how long those who wait still wait."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.graders import StandInPool, notebook, result
from tests.webapp.sample_course import ASSIGNMENT
from webapp.base import database
from webapp.grading import results
from webapp.grading.worker import Worker
from webapp.models import Course, CourseAssignment, Job, Lane, Result, Submission, WorkerRow
from webapp.queue import broker, jobs, workers
from webapp.queue.workers import Place
from webapp.site.uploads import Upload


@pytest.fixture
def hand_in(session: Session):
    """Hand in work of ada's as its own submission."""

    def hand_in(text: str) -> Submission:
        import hashlib

        from webapp.models import User
        from webapp.submissions.operations import receive

        assignment = session.scalars(
            sa.select(CourseAssignment).where(CourseAssignment.assignment == ASSIGNMENT)
        ).first()
        user = session.scalars(sa.select(User).where(User.name == "Ada")).one()
        data = notebook(text)
        digest = hashlib.sha256(data).hexdigest()
        upload = Upload("work.ipynb", data, digest)
        return receive(
            session, assignment, user_id=user.id, upload=upload, digest=digest
        ).submission

    return hand_in


def job_of(session: Session, submission: Submission) -> Job:
    return session.scalars(sa.select(Job).where(Job.submission_id == submission.id)).one()


def test_a_worker_takes_only_what_its_machine_can_do(session, hand_in, monkeypatch):
    plain = hand_in("plain").id
    monkeypatch.setattr(jobs, "queue_for", lambda *_: "gpu")
    cuda = hand_in("cuda").id
    assert jobs.claim(session, "w", queues=("cpu",)).submission_id == plain
    assert jobs.claim(session, "w", queues=("cpu",)) is None
    assert jobs.claim(session, "w", queues=("gpu",)).submission_id == cuda


def test_a_working_worker_is_listed_and_one_that_ended_is_not(engine, session, hand_in):
    hand_in("x = 1")
    seen: list[tuple[int, str, str]] = []

    def grade(data: bytes):
        with Session(engine) as other:
            rows = other.scalars(sa.select(WorkerRow)).all()
            seen.extend((row.slots, row.queues, row.sandbox) for row in rows)
        return result()

    worker = Worker(engine, StandInPool(grade), slots=3, queues=("cpu",), sandbox="bubblewrap 1")
    with worker.alive():
        listed = threading.Event()
        while not listed.is_set():
            with Session(engine) as other:
                if other.scalar(sa.select(sa.func.count(WorkerRow.id))):
                    listed.set()
        worker.take_one()
    assert seen == [(3, "cpu", "bubblewrap 1")]
    assert workers.live(session, database.moment_of(session)) == []


def test_a_worker_that_falls_silent_is_not_live(session):
    at = database.moment_of(session)
    workers.report(session, Place("a", "host", 2, ("cpu",)), at=at - timedelta(minutes=1))
    workers.report(session, Place("b", "host", 2, ("cpu",)), at=at)
    assert [worker.id for worker in workers.live(session, at)] == ["b"]


def test_a_paused_course_keeps_its_place_and_others_go_on(session, hand_in):
    hand_in("x = 1")
    session.execute(sa.update(Course).values(grading_paused_at=database.moment_of(session)))
    session.commit()
    assert jobs.claim(session, "w") is None
    session.execute(sa.update(Course).values(grading_paused_at=None))
    session.commit()
    assert jobs.claim(session, "w") is not None


def test_two_jobs_of_one_submission_that_end_at_once_leave_one_result(engine, session, hand_in):
    submission = hand_in("x = 1")
    held = [jobs.claim(session, "a")]
    jobs.enqueue(session, submission, Lane.BATCH)
    session.commit()
    held.append(jobs.claim(session, "b"))
    together, kept = threading.Barrier(2), []

    def write(claim: jobs.Claim, score: float) -> None:
        together.wait()
        for _ in range(5):
            try:
                with Session(engine) as own:
                    kept.append(results.write_result(own, claim, result(score=score)))
                return
            except sa.exc.IntegrityError:
                continue

    threads = [threading.Thread(target=write, args=pair) for pair in zip(held, (1, 3), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept == [True, True]
    rows = session.execute(sa.select(Result.current).where(Result.submission_id == submission.id))
    assert [row.current for row in rows] == [True]


def test_a_clock_set_back_leaves_nobody_waiting_for_hours(session, hand_in):
    first, second = hand_in("x = 1"), hand_in("x = 2")
    claim = jobs.claim(session, "dead")
    later = database.moment_of(session) + timedelta(hours=5)
    session.execute(sa.update(Job).values(lease_expires_at=later, not_before=later))
    session.commit()
    jobs.sweep(session)
    session.expire_all()
    soon = database.moment_of(session) + timedelta(minutes=3)
    assert claim.submission_id == first.id
    assert job_of(session, first).lease_expires_at < soon
    assert job_of(session, second).not_before < soon


def test_work_is_announced_once_it_is_committed_and_not_when_it_is_undone(
    session, hand_in, monkeypatch
):
    announced: list[int] = []
    monkeypatch.setattr(broker, "announce", lambda queue, job_id: announced.append(job_id))
    first = hand_in("x = 1")
    assert announced == [job_of(session, first).id]
    jobs.enqueue(session, first, Lane.BATCH)
    session.rollback()
    session.commit()
    assert len(announced) == 1


def test_an_announcer_survives_a_broker_that_fails():
    sent, failed = threading.Event(), threading.Event()

    def send(queue: str, job_id: int) -> None:
        if job_id == 1:
            failed.set()
            raise ConnectionError("no broker")
        sent.set()

    announcer = broker.Announcer(send, mute_seconds=0)
    announcer.announce("cpu", 1)
    assert failed.wait(10)
    announcer.announce("cpu", 2)
    assert sent.wait(10)
