"""Who waits, for how long, and for whom: questions to the queue that change nothing."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import moment_of
from webapp.models import Course, CourseAssignment, Job, JobState, Submission
from webapp.queue.workers import live


def of_resting_courses() -> sa.Select[int]:
    """The submissions of courses that are archived, or whose grading staff have paused."""
    return (
        sa.select(Submission.id)
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .join(Course, CourseAssignment.course_id == Course.id)
        .where(sa.or_(Course.grading_paused_at.is_not(None), Course.archived_at.is_not(None)))
    )


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


def due(session: Session, queue: str) -> sa.Select[int]:
    """Selects the jobs of a queue that could be claimed now, oldest first."""
    return (
        sa.select(Job.id)
        .where(
            Job.state == JobState.QUEUED,
            Job.not_before <= moment_of(session),
            Job.queue == queue,
            Job.submission_id.not_in(of_resting_courses()),
        )
        .order_by(Job.id)
    )


def ahead_of(session: Session, job: Job) -> int:
    """How many jobs will be claimed before this one."""
    return sum(_ahead(session, job).values())


def seconds_until_graded(session: Session, job: Job) -> float | None:
    """About how long a waiting job still takes, or None where nobody can know.

    (what is ahead, each as long as its assignment took lately) / (slots of live workers), plus the
    job itself. What runs already counts half.
    """
    workers = [w for w in live(session, moment_of(session)) if job.queue in w.queues.split()]
    slots = sum(worker.slots for worker in workers if not worker.draining)
    known: dict[str, list[float]] = {}
    for worker in workers:
        for assignment, seconds in worker.seconds.items():
            known.setdefault(assignment, []).append(seconds)
    own = job.submission.course_assignment.assignment
    work = _ahead(session, job)
    running = _running(session, job.queue)
    if not slots or not {own, *work, *running} <= set(known):
        return None
    mean = {assignment: sum(found) / len(found) for assignment, found in known.items()}
    before = sum(count * mean[name] for name, count in work.items())
    busy = sum(count * mean[name] / 2 for name, count in running.items())
    return (before + busy) / slots + mean[own]


def _ahead(session: Session, job: Job) -> dict[str, int]:
    """Jobs that will be claimed before this one, counted by assignment."""
    earlier = sa.or_(Job.lane > job.lane, sa.and_(Job.lane == job.lane, Job.id < job.id))
    return _by_assignment(
        session,
        Job.state == JobState.QUEUED,
        Job.queue == job.queue,
        Course.grading_paused_at.is_(None),
        Course.archived_at.is_(None),
        earlier,
    )


def _running(session: Session, queue: str) -> dict[str, int]:
    return _by_assignment(session, Job.state == JobState.RUNNING, Job.queue == queue)


def _by_assignment(session: Session, *conditions: sa.ColumnElement[bool]) -> dict[str, int]:
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
