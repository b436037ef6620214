"""The queue as staff see it, and what they may do to it; what the student then reads."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.graders import notebook
from tests.webapp.sample_course import ASSIGNMENT
from webapp.base.database import moment_of
from webapp.models import AuditEntry, Job, JobState, Submission, SubmissionState
from webapp.queue import jobs, workers
from webapp.queue.workers import Place
from webapp.service.worker_process import sandbox_layers

QUEUE = "/courses/dl/staff/queue"


@pytest.fixture
def handed_in(auth, session) -> int:
    """A submission of ada's that waits."""
    upload(auth)
    return session.scalars(sa.select(Submission.id)).one()


def upload(auth, text: str = "x = 1"):
    return auth.login("ada").submit(notebook(text))


def state_of(session: Session, key: int) -> str:
    session.expire_all()
    return str(session.get_one(Submission, key).state)


def test_a_cancelled_submission_says_so_and_is_not_graded(auth, session, handed_in):
    auth.login("ina").post(f"{QUEUE}/submissions/{handed_in}/cancel")
    assert state_of(session, handed_in) == SubmissionState.CANCELLED
    assert jobs.claim(session, "w") is None
    page = auth.login("ada").get(f"/courses/dl/submissions/{handed_in}").text
    assert "Cancelled by staff" in page
    assert "hand in again" in page
    assert session.scalars(sa.select(AuditEntry.action)).all() == ["cancel"]


def test_a_cancelled_submission_can_be_queued_again_by_either_side(auth, session, handed_in):
    ina = auth.login("ina")
    ina.post(f"{QUEUE}/submissions/{handed_in}/cancel")
    ina.post(f"/courses/dl/submissions/{handed_in}/retry")
    assert state_of(session, handed_in) == SubmissionState.QUEUED
    ina.post(f"{QUEUE}/submissions/{handed_in}/cancel")
    upload(auth)
    states = session.scalars(sa.select(Submission.state).order_by(Submission.id)).all()
    assert states == [SubmissionState.CANCELLED, SubmissionState.QUEUED]


def test_what_runs_cannot_be_cancelled(auth, session, handed_in):
    jobs.claim(session, "w")
    page = auth.login("ina").post(f"{QUEUE}/submissions/{handed_in}/cancel")
    assert page.status_code == 303
    assert state_of(session, handed_in) == SubmissionState.RUNNING


def test_cancelling_a_second_grading_leaves_the_first_score(auth, session, graded):
    submission = graded("ada")
    jobs.enqueue(session, submission, jobs.Lane.BATCH)
    session.commit()
    auth.login("ina").post(f"{QUEUE}/submissions/{submission.id}/cancel")
    assert state_of(session, submission.id) == SubmissionState.GRADED


def test_a_pause_takes_uploads_and_grades_nothing(auth, session, handed_in):
    ina = auth.login("ina")
    ina.post(f"{QUEUE}/pause")
    assert upload(auth, "another").status_code == 303
    assert jobs.claim(session, "w") is None
    assert "is paused since" in ina.get(QUEUE).text
    page = auth.login("ada").get(f"/courses/dl/submissions/{handed_in}").text
    assert "Staff have paused grading" in page
    ina.post(f"{QUEUE}/resume")
    assert jobs.claim(session, "w").submission_id == handed_in


def test_an_estimate_is_shown_only_when_there_is_one(auth, session, handed_in):
    address = f"/courses/dl/submissions/{handed_in}"
    assert "about" not in auth.login("ada").get(address).text.partition("Yours is next")[2][:40]
    place = Place("a", "host", 2, ("cpu",))
    workers.report(session, place, at=moment_of(session), seconds={ASSIGNMENT: 7.2})
    assert "Yours is next, about 8 s." in auth.login("ada").get(address).text


def test_staff_see_workers_and_work_that_none_of_them_serves(auth, session, handed_in):
    gil = auth.login("gil")
    assert "No worker has been heard of" in gil.get(QUEUE).text
    session.execute(sa.update(Job).values(queue="gpu"))
    place = Place("a", "machine-7", 4, ("cpu",), "bubblewrap 0.8")
    workers.report(session, place, at=moment_of(session))
    page = gil.get(QUEUE).text
    assert "machine-7" in page
    assert "Work waits in the queue gpu, and no worker serves it now." in page


def test_a_dead_job_can_be_cancelled_for_good(auth, session, handed_in):
    session.execute(sa.update(Job).values(state=JobState.DEAD))
    session.execute(sa.update(Submission).values(state=SubmissionState.FAULT))
    session.commit()
    auth.login("ina").post(f"{QUEUE}/submissions/{handed_in}/cancel")
    assert state_of(session, handed_in) == SubmissionState.CANCELLED
    assert "Nothing waits" in auth.login("ina").get(QUEUE).text


def test_a_regrades_job_leads_to_its_regrade_where_it_can_be_stopped(auth, session, graded):
    submission = graded("ada")
    session.add(Job(submission_id=submission.id, lane=jobs.Lane.BATCH, regrade_id=1))
    session.commit()
    page = auth.login("ina").get(QUEUE).text
    assert f'href="/courses/dl/staff/assignments/{ASSIGNMENT}/regrade">Part of a regrade' in page
    assert "/cancel" not in page


def test_no_path_of_a_worker_is_told():
    assert "bubblewrap" in sandbox_layers()
    assert "/" not in sandbox_layers()
