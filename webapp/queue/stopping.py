"""What waits or runs in a course, and stopping all of it at once, as archiving a course does."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import moment_of
from webapp.models import (
    CourseAssignment,
    Job,
    JobState,
    QueueLine,
    Result,
    Submission,
    SubmissionState,
)

_OPEN = (JobState.QUEUED, JobState.RUNNING)
_ARCHIVED = "The course was archived before this was graded."
_WITHOUT_SYNC = {"synchronize_session": False}


def unfinished_in(session: Session, course_id: int) -> int:
    """How many jobs of a course wait or run."""
    counted = sa.select(sa.func.count()).where(Job.state.in_(_OPEN), _in_course(course_id))
    return session.scalar(counted) or 0


def stop_all(session: Session, course_id: int) -> None:
    """Cancel a course's jobs; a worker that still runs one changes nothing. The caller commits.

    Jobs of a regrade end as those do that a fault of ours stopped, which staff can queue again.
    """
    open_now = sa.and_(Job.state.in_(_OPEN), _in_course(course_id))
    values = {"finished_at": moment_of(session), "lease_owner": None, "lease_expires_at": None}
    waited = sa.select(Job.submission_id).where(open_now, Job.regrade_id.is_(None))
    found = (
        sa.select(Result.status)
        .where(Result.submission_id == Submission.id, Result.current.is_(True))
        .correlate(Submission)
        .scalar_subquery()
    )
    # A result's status is `graded` or `rejected`, as a submission's state is.
    state = sa.func.coalesce(found, SubmissionState.CANCELLED.value)
    session.execute(
        sa.update(Submission)
        .where(Submission.id.in_(waited))
        .values(state=state)
        .execution_options(**_WITHOUT_SYNC)
    )
    for of_regrade, then in ((True, JobState.DEAD), (False, JobState.CANCELLED)):
        which = Job.regrade_id.is_not(None) if of_regrade else Job.regrade_id.is_(None)
        session.execute(
            sa.update(Job)
            .where(open_now, which)
            .values(state=then, last_error=_ARCHIVED, **values)
            .execution_options(**_WITHOUT_SYNC)
        )
    session.execute(
        sa.update(QueueLine)
        .where(QueueLine.course_id == course_id)
        .values(ticket=None)
        .execution_options(**_WITHOUT_SYNC)
    )


def _in_course(course_id: int) -> sa.ColumnElement[bool]:
    return Job.submission_id.in_(
        sa.select(Submission.id)
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .where(CourseAssignment.course_id == course_id)
    )
