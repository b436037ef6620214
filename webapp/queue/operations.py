"""What staff do to the queue: cancel, pause and resume."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import Action, record
from webapp.base.database import db, moment_of
from webapp.models import Course, Enrolment, Job, JobState, Result, Submission, SubmissionState
from webapp.queue import jobs
from webapp.queue.status import current_job


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


def steer(
    enrolment: Enrolment,
    submission: Submission,
    change: Callable[[Session, int, int], bool],
    action: Action,
    **detail: str,
) -> bool:
    """Do `change` to the submission's job and note it; False when there is nothing to change."""
    job = current_job(submission)
    done = job is not None and change(db.session, job.id, submission.id)
    if done:
        subject = f"submission {submission.id}"
        record(db.session, enrolment, action, subject=subject, **detail)
    db.session.commit()
    return done
