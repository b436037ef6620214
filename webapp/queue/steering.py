"""What staff do to the queue: cancel, pause and resume."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Course, Job, JobState, Result, SubmissionState
from webapp.queue import jobs
from webapp.queue.waiting import moment_of


def cancel(session: Session, job_id: int, submission_id: int) -> bool:
    """Take a job that waits, or is dead, out of the queue; False when it runs or is over.

    What was graded before stays as it was. The caller commits.
    """
    cancelled = session.scalar(
        sa.update(Job)
        .where(Job.id == job_id, Job.state.in_((JobState.QUEUED, JobState.DEAD)))
        .values(state=JobState.CANCELLED, finished_at=moment_of(session))
        .returning(Job.id)
    )
    if cancelled is None:
        return False
    status = session.scalar(
        sa.select(Result.status).where(
            Result.submission_id == submission_id, Result.current.is_(True)
        )
    )
    # A result's status is `graded` or `rejected`, as a submission's state is.
    state = SubmissionState.CANCELLED if status is None else SubmissionState(status)
    jobs.set_submission(session, job_id, submission_id, state)
    return True


def pause(session: Session, course: Course, *, paused: bool) -> None:
    """Claim nothing more of a course, or go on; what runs is finished. The caller commits."""
    course.grading_paused_at = moment_of(session) if paused else None
