"""The queue: job rows with a lease, claimed by compare-and-swap, on SQLite and PostgreSQL alike.

A worker that dies stops extending its lease; the sweep then queues its job again. What the dead
worker may still send in carries an old attempt number and is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.clock import now
from webapp.models import Job, JobState, Lane, Submission, SubmissionState

LEASE = timedelta(seconds=60)
MOST_FAULTS = 3
_FIRST_PAUSE = timedelta(seconds=5)


@dataclass(frozen=True)
class Claim:
    """The right to carry out one attempt at a job."""

    job_id: int
    submission_id: int
    attempt: int


def enqueue(session: Session, submission: Submission, lane: Lane) -> Job:
    """Queue the grading of a submission; the caller commits."""
    job = Job(submission_id=submission.id, lane=lane)
    submission.state = SubmissionState.QUEUED
    session.add(job)
    return job


def claim(session: Session, owner: str, lease: timedelta = LEASE) -> Claim | None:
    """Take the next job: a waiting student's before a batch's, then the oldest; commits."""
    while True:
        moment = now()
        row = session.execute(
            sa.select(Job.id, Job.submission_id, Job.attempt)
            .where(Job.state == JobState.QUEUED, Job.not_before <= moment)
            # "interactive" sorts after "batch", so descending puts waiting students first.
            .order_by(Job.lane.desc(), Job.id)
            .limit(1)
        ).first()
        if row is None:
            session.rollback()
            return None
        taken = _update_job(
            session,
            Claim(row.id, row.submission_id, row.attempt),
            JobState.QUEUED,
            state=JobState.RUNNING,
            attempt=row.attempt + 1,
            lease_owner=owner,
            lease_expires_at=moment + lease,
            heartbeat_at=moment,
            started_at=moment,
            progress={},
        )
        if taken:
            _set_submission(session, row.submission_id, SubmissionState.RUNNING)
            session.commit()
            return Claim(row.id, row.submission_id, row.attempt + 1)
        session.rollback()


def heartbeat(session: Session, held: Claim, lease: timedelta = LEASE) -> bool:
    """Extend the lease; False when the job is no longer ours."""
    moment = now()
    kept = _update_job(
        session, held, JobState.RUNNING, heartbeat_at=moment, lease_expires_at=moment + lease
    )
    session.commit()
    return kept


def note_progress(session: Session, held: Claim, progress: dict[str, Any]) -> None:
    """Show how far grading has come."""
    _update_job(session, held, JobState.RUNNING, progress=progress)
    session.commit()


def release_as_done(session: Session, held: Claim) -> bool:
    """Mark the attempt finished; False when another attempt took over. The caller commits."""
    return _update_job(
        session,
        held,
        JobState.RUNNING,
        state=JobState.DONE,
        finished_at=now(),
        lease_owner=None,
        lease_expires_at=None,
    )


def fault(session: Session, held: Claim, message: str) -> bool:
    """A fault of ours: try again after a pause, or leave the job to staff; commits."""
    faults = session.scalar(sa.select(Job.faults).where(Job.id == held.job_id)) or 0
    values = _after_fault(faults + 1, message)
    kept = _update_job(session, held, JobState.RUNNING, **values)
    if kept:
        _set_submission(session, held.submission_id, _state_after(values))
    session.commit()
    return kept


def sweep(session: Session) -> int:
    """Queue again every job whose worker stopped extending its lease; commits."""
    expired = session.execute(
        sa.select(Job.id, Job.submission_id, Job.attempt, Job.faults).where(
            Job.state == JobState.RUNNING, Job.lease_expires_at < now()
        )
    ).all()
    swept = 0
    for row in expired:
        values = _after_fault(row.faults + 1, "The worker stopped before it had finished.")
        held = Claim(row.id, row.submission_id, row.attempt)
        if _update_job(session, held, JobState.RUNNING, **values):
            _set_submission(session, row.submission_id, _state_after(values))
            swept += 1
    session.commit()
    return swept


def retry(session: Session, job_id: int, submission_id: int) -> bool:
    """Queue a dead job again, with its faults forgotten; the caller commits."""
    changed = session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.state == JobState.DEAD)
        .values(state=JobState.QUEUED, faults=0, not_before=now())
    )
    if changed.rowcount:  # type: ignore[attr-defined]
        _set_submission(session, submission_id, SubmissionState.QUEUED)
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def ahead_of(session: Session, job: Job) -> int:
    """How many jobs will be claimed before this one."""
    earlier = sa.or_(Job.lane > job.lane, sa.and_(Job.lane == job.lane, Job.id < job.id))
    return (
        session.scalar(sa.select(sa.func.count()).where(Job.state == JobState.QUEUED, earlier)) or 0
    )


def unfinished(session: Session) -> int:
    """How many jobs wait or run."""
    states = (JobState.QUEUED, JobState.RUNNING)
    counted = session.scalar(sa.select(sa.func.count()).where(Job.state.in_(states)))
    return counted or 0


def _after_fault(faults: int, message: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "faults": faults,
        "last_error": message[:2000],
        "lease_owner": None,
        "lease_expires_at": None,
    }
    if faults >= MOST_FAULTS:
        return values | {"state": JobState.DEAD, "finished_at": now()}
    pause = _FIRST_PAUSE * 4 ** (faults - 1)
    return values | {"state": JobState.QUEUED, "not_before": now() + pause}


def _state_after(values: dict[str, Any]) -> SubmissionState:
    dead = values["state"] == JobState.DEAD
    return SubmissionState.FAULT if dead else SubmissionState.QUEUED


def _update_job(session: Session, held: Claim, only_while: JobState, **values: Any) -> bool:
    """Change the row only while it is in that state and at that attempt."""
    changed = session.execute(
        sa.update(Job)
        .where(Job.id == held.job_id, Job.state == only_while, Job.attempt == held.attempt)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def _set_submission(session: Session, submission_id: int, state: SubmissionState) -> None:
    session.execute(
        sa.update(Submission)
        .where(Submission.id == submission_id)
        .values(state=state)
        .execution_options(synchronize_session=False)
    )
