"""What waits, runs or stopped in a course's queue."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.models import Course, CourseAssignment, Job, JobState, Submission

_OPEN = (JobState.QUEUED, JobState.RUNNING, JobState.DEAD)
_MOST_ROWS = 200


def open_jobs(session: Session, course: Course) -> Sequence[Job]:
    """The jobs that are not over, with their submissions: one statement."""
    return session.scalars(
        sa.select(Job)
        .join(Job.submission)
        .join(Submission.course_assignment)
        .options(
            joinedload(Job.submission).joinedload(Submission.user),
            joinedload(Job.submission).joinedload(Submission.course_assignment),
        )
        .where(CourseAssignment.course_id == course.id, Job.state.in_(_OPEN))
        .order_by(Job.state, Job.id)
        .limit(_MOST_ROWS)
    ).all()
