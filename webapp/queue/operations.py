"""What staff do to the queue: cancel, grade again, pause and resume."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import Action, record
from webapp.base.database import change, moment_of
from webapp.models import Enrolment, Job, JobState, Result, Submission, SubmissionState
from webapp.queue import jobs
from webapp.queue.status import current_job


def cancel_grading(session: Session, actor: Enrolment, submission: Submission) -> bool:
    """Take a submission out of the queue; False where it runs or is over."""
    with change(session):
        job = current_job(session, submission)
        done = job is not None and _cancel(session, job.id, submission.id)
        if done:
            record(session, actor, "cancel", subject=f"submission {submission.id}")
    return done


def grade_again(session: Session, actor: Enrolment, submission: Submission) -> bool:
    """Queue a submission again that our own faults or staff had stopped; False for others."""
    with change(session):
        job = current_job(session, submission)
        done = job is not None and jobs.retry(session, job.id, submission.id)
        if done:
            record(session, actor, "grade again", subject=f"submission {submission.id}")
    return done


def pause_grading(session: Session, actor: Enrolment, *, paused: bool) -> None:
    """Claim nothing more of the course, or go on; what runs is finished."""
    course = actor.course
    with change(session):
        course.grading_paused_at = moment_of(session) if paused else None
        action: Action = "pause grading" if paused else "resume grading"
        record(session, actor, action, subject=f"course {course.slug}")


def _cancel(session: Session, job_id: int, submission_id: int) -> bool:
    """Cancel a job that waits or is dead. What was graded before stays as it was."""
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
