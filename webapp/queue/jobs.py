"""The queue: job rows with a lease, claimed by compare-and-swap, on SQLite and PostgreSQL alike.

Which of them is next is decided in `choosing`, by the rules of `shares`.

A worker that dies stops extending its lease; the sweep then queues its job again. What the dead
worker may still send in carries an old attempt number and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import AssignmentError
from webapp.assignments.finding import site_assignment
from webapp.base import logs
from webapp.base.database import moment_of
from webapp.models import (
    Job,
    JobState,
    Lane,
    Regrade,
    RegradeState,
    Submission,
    SubmissionState,
)
from webapp.queue import broker, lines
from webapp.queue.choosing import Wanted, next_job

LEASE = timedelta(seconds=60)
MOST_FAULTS = 3
_FIRST_PAUSE = timedelta(seconds=5)


@dataclass(frozen=True)
class Claim:
    """The right to carry out one attempt at a job."""

    job_id: int
    submission_id: int
    attempt: int
    request_id: str = ""


def enqueue(session: Session, submission: Submission, lane: Lane) -> Job:
    """Queue the grading of a submission; the caller commits."""
    moment = moment_of(session)
    job = Job(
        submission_id=submission.id,
        lane=lane,
        queue=queue_for(session, submission.course_assignment.assignment),
        not_before=moment,
        created_at=moment,
        request_id=logs.request_id(),
    )
    submission.state = SubmissionState.QUEUED
    session.add(job)
    session.flush()
    lines.stand_in_line(session, Job.id == job.id)
    broker.announce_on_commit(session, job.id, job.queue)
    return job


def claim(
    session: Session,
    owner: str,
    lease: timedelta = LEASE,
    queues: Sequence[str] = broker.QUEUES,
    *,
    without: Sequence[str] = (),
    shares: Mapping[str, int] | None = None,
) -> Claim | None:
    """Take the next job, by the rules of `shares`; commits.

    Those of the assignments `without` are left to others. No account holds more than its share of
    a queue's slots; a queue that `shares` does not name has none.
    """
    wanted = Wanted(tuple(queues), without, shares or {})
    while True:
        moment = moment_of(session)
        found = next_job(session, wanted, moment)
        if found is None:
            session.rollback()
            return None
        row = _start(session, found.job_id, owner, moment, lease)
        if row is not None:
            lines.started(session, found.line, found.user_id, found.lane, turn=found.turn)
            set_submission(session, row.id, row.submission_id, SubmissionState.RUNNING)
            session.commit()
            return Claim(row.id, row.submission_id, row.attempt, row.request_id)
        session.rollback()


def _start(
    session: Session, job_id: int, owner: str, moment: datetime, lease: timedelta
) -> sa.Row[int, int, int, str] | None:
    """The job as it runs now, or None where it does not wait any more."""
    return session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.state == JobState.QUEUED)
        .values(
            state=JobState.RUNNING,
            attempt=Job.attempt + 1,
            lease_owner=owner,
            lease_expires_at=moment + lease,
            heartbeat_at=moment,
            started_at=moment,
            progress={},
        )
        .returning(Job.id, Job.submission_id, Job.attempt, Job.request_id)
        .execution_options(synchronize_session=False)
    ).first()


def heartbeat(session: Session, held: Claim, lease: timedelta = LEASE) -> bool:
    """Extend the lease; False when the job is no longer ours."""
    moment = moment_of(session)
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
        finished_at=moment_of(session),
        lease_owner=None,
        lease_expires_at=None,
    )


def give_back_share(session: Session, held: Claim) -> None:
    """Let the account's next job stand in line, and say so where it was held back.

    The caller has locked the student, and commits.
    """
    queue = session.scalar(sa.select(Job.queue).where(Job.id == held.job_id))
    if queue is not None and lines.ended(session, held.job_id):
        broker.announce_on_commit(session, held.job_id, queue)


def leave_to_others(session: Session, held: Claim) -> bool:
    """Queue a job again that this worker cannot do, which is no fault of the job; commits."""
    values = {"lease_owner": None, "lease_expires_at": None, "started_at": None}
    left = _update_job(session, held, JobState.RUNNING, state=JobState.QUEUED, **values)
    if left:
        lines.stand_in_line(session, Job.id == held.job_id)
        lines.go_first(session, held.job_id)
        set_submission(session, held.job_id, held.submission_id, SubmissionState.QUEUED)
    session.commit()
    return left


def fault(session: Session, held: Claim, message: str) -> bool:
    """A fault of ours: try again after a pause, or leave the job to staff; commits."""
    row = session.execute(_with_regrade().where(Job.id == held.job_id)).one_or_none()
    if row is None:
        return False
    values = _after_fault(row, message, moment_of(session))
    kept = _update_job(session, held, JobState.RUNNING, **values)
    if kept:
        lines.stand_in_line(session, Job.id == held.job_id)
        set_submission(session, held.job_id, held.submission_id, _state_after(values))
    session.commit()
    return kept


def sweep(session: Session) -> int:
    """Queue again every job whose worker stopped extending its lease; commits."""
    moment = moment_of(session)
    _mend_after_clock_change(session, moment)
    lines.mend(session)
    session.commit()
    expired = session.execute(
        _with_regrade()
        .where(Job.state == JobState.RUNNING, Job.lease_expires_at < moment)
        .order_by(Job.id)
    ).all()
    swept = 0
    for row in expired:
        message = "The worker stopped before it had finished."
        values = _after_fault(row, message, moment)
        held = Claim(row.id, row.submission_id, row.attempt)
        if _update_job(session, held, JobState.RUNNING, **values):
            lines.stand_in_line(session, Job.id == row.id)
            set_submission(session, row.id, row.submission_id, _state_after(values))
            swept += 1
        session.commit()
    return swept


def _mend_after_clock_change(session: Session, moment: datetime) -> None:
    """After a clock was set back, nothing waits for longer than it ever would have to."""
    longest = moment + _pause(MOST_FAULTS)
    session.execute(
        sa.update(Job)
        .where(Job.state == JobState.QUEUED, Job.not_before > longest)
        .values(not_before=longest)
    )
    session.execute(
        sa.update(Job)
        .where(Job.state == JobState.RUNNING, Job.lease_expires_at > moment + 2 * LEASE)
        .values(lease_expires_at=moment + LEASE)
    )
    session.commit()


def retry(session: Session, job_id: int, submission_id: int) -> bool:
    """Queue a dead or cancelled job again, with its faults forgotten; the caller commits."""
    queue = session.scalar(
        sa.update(Job)
        .where(Job.id == job_id, Job.state.in_((JobState.DEAD, JobState.CANCELLED)))
        .values(state=JobState.QUEUED, faults=0, not_before=moment_of(session))
        .returning(Job.queue)
    )
    if queue is None:
        return False
    lines.stand_in_line(session, Job.id == job_id)
    set_submission(session, job_id, submission_id, SubmissionState.QUEUED)
    broker.announce_on_commit(session, job_id, queue)
    return True


def queue_for(session: Session, assignment_id: str) -> str:
    """What the assignment declares that it needs; the worker says so when it cannot be read."""
    try:
        return site_assignment(session, assignment_id).needs
    except AssignmentError:
        return broker.QUEUES[0]


def _pause(faults: int) -> timedelta:
    return _FIRST_PAUSE * 4 ** (faults - 1)


def _with_regrade() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Job.id, Job.submission_id, Job.attempt, Job.faults, Regrade.state.label("regrade")
    ).outerjoin(Regrade, Job.regrade_id == Regrade.id)


def _after_fault(row: sa.Row[Any], message: str, moment: datetime) -> dict[str, Any]:
    faults = row.faults + 1
    values: dict[str, Any] = {
        "faults": faults,
        "last_error": message[:2000],
        "lease_owner": None,
        "lease_expires_at": None,
    }
    if row.regrade not in (None, RegradeState.OPEN):  # nobody waits for its result any more
        return values | {"state": JobState.CANCELLED, "finished_at": moment}
    if faults >= MOST_FAULTS:
        return values | {"state": JobState.DEAD, "finished_at": moment}
    return values | {"state": JobState.QUEUED, "not_before": moment + _pause(faults)}


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


def set_submission(
    session: Session, job_id: int, submission_id: int, state: SubmissionState
) -> None:
    """What students see follows the job, unless the job is a regrade's: that is not shown yet."""
    regrade = sa.select(Job.id).where(Job.id == job_id, Job.regrade_id.is_not(None)).exists()
    session.execute(
        sa.update(Submission)
        .where(Submission.id == submission_id, ~regrade)
        .values(state=state)
        .execution_options(synchronize_session=False)
    )
