"""Who waits, for how long, and for whom: questions to the queue that change nothing."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import moment_of
from webapp.models import (
    Course,
    CourseAssignment,
    Job,
    JobState,
    Lane,
    QueueLine,
    Submission,
    WorkerRow,
)
from webapp.queue.shares import share_of
from webapp.queue.workers import live


def unfinished(session: Session, without: Sequence[str] = ()) -> int:
    """How many jobs wait or run, but for those of the assignments `without`."""
    states = (JobState.QUEUED, JobState.RUNNING)
    statement = sa.select(sa.func.count()).select_from(Job).where(Job.state.in_(states))
    if without:
        statement = (
            statement.join(Job.submission)
            .join(Submission.course_assignment)
            .where(CourseAssignment.assignment.not_in(without))
        )
    return session.scalar(statement) or 0


def startable(session: Session, queue: str) -> sa.Select[int]:
    """Selects the jobs of a queue that could be started now, of each account no more than its
    share: more than that would find nothing to start.
    """
    share = share_of(slots_of(session, queue))
    place = sa.func.row_number().over(partition_by=QueueLine.user_id, order_by=Job.id)
    due = (
        sa.select(Job.id, sa.case((Job.lane == Lane.INTERACTIVE, place), else_=0).label("place"))
        .join(QueueLine, Job.line_id == QueueLine.id)
        .join(Course, QueueLine.course_id == Course.id)
        .where(
            Job.state == JobState.QUEUED,
            Job.not_before <= moment_of(session),
            Job.queue == queue,
            Course.grading_paused_at.is_(None),
            Course.archived_at.is_(None),
        )
        .subquery()
    )
    return sa.select(due.c.id).where(due.c.place <= share).order_by(due.c.id)


def slots_of(session: Session, queue: str) -> int:
    """How many jobs of a queue live workers take at a time."""
    return sum(worker.slots for worker in serving(session, queue))


def serving(session: Session, queue: str) -> list[WorkerRow]:
    """The workers that take more of a queue."""
    found = live(session, moment_of(session))
    return [each for each in found if queue in each.queues.split() and not each.draining]


def by_assignment(session: Session, *conditions: sa.ColumnElement[bool]) -> dict[str, int]:
    """How many jobs of each assignment there are under these conditions."""
    rows = session.execute(
        sa.select(CourseAssignment.assignment, sa.func.count().label("jobs"))
        .select_from(Job)
        .join(Submission, Job.submission_id == Submission.id)
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .join(Course, CourseAssignment.course_id == Course.id)
        .where(*conditions)
        .group_by(CourseAssignment.assignment)
    )
    return {row.assignment: row.jobs for row in rows}
