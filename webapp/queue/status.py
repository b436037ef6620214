"""Where a submission stands in the queue, in words."""

from __future__ import annotations

import math

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Job, JobState, Submission, SubmissionState
from webapp.queue import estimates

MOVING = (SubmissionState.QUEUED, SubmissionState.RUNNING)


def current_job(session: Session, submission: Submission) -> Job | None:
    """The newest job of a submission; a regrade's is not shown until it is published."""
    return session.scalar(
        sa.select(Job)
        .where(Job.submission_id == submission.id, Job.regrade_id.is_(None))
        .order_by(Job.id.desc())
        .limit(1)
    )


def progress(session: Session, submission: Submission) -> dict[str, object]:
    """What the status panel shows."""
    job = current_job(session, submission)
    queued = job if job is not None and job.state == JobState.QUEUED else None
    before = estimates.ahead_of(session, queued) if queued else None
    ahead = before.jobs if before else 0
    seconds = estimates.seconds_until_graded(session, queued, before) if queued and before else None
    about = None if seconds is None else rounded_wait(seconds)
    paused = submission.course_assignment.course.grading_paused_at is not None
    reached = [job.progress.get(key) for key in ("stage", "done")] if job else []
    shown = (job.faults, ahead, about, paused, *reached) if job else ()
    return {
        "submission": submission,
        "job": job,
        "ahead": ahead,
        "about_seconds": None if paused else about,
        "paused": paused,
        "seen": "-".join(map(str, (submission.state, *shown))),
        "moving": submission.state in MOVING,
    }


def rounded_wait(seconds: float) -> int:
    """An estimate as coarse as it is: whole seconds to 10, then fives to a minute, then tens."""
    step = 1 if seconds <= 10 else 5 if seconds <= 60 else 10
    return max(1, math.ceil(seconds / step) * step)
