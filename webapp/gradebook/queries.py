"""Selects beside the tables of scores; nothing here writes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import CourseAssignment, Job, JobState, Submission


def dead_jobs(session: Session, course_id: int) -> int:
    """How many submissions of the course were stopped by a fault of ours."""
    found = (
        sa.select(sa.func.count(Job.id))
        .join(Job.submission)
        .join(Submission.course_assignment)
        .where(CourseAssignment.course_id == course_id, Job.state == JobState.DEAD)
    )
    return session.scalar(found) or 0
