"""Who waits, for how long, and for whom: questions to the queue that change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from webapp.queue.shares import BATCH_EVERY, share_of
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
    return sum(worker.slots for worker in _serving(session, queue))


def _serving(session: Session, queue: str) -> list[WorkerRow]:
    """The workers that take more of a queue."""
    found = live(session, moment_of(session))
    return [each for each in found if queue in each.queues.split() and not each.draining]


@dataclass(frozen=True)
class Ahead:
    """What will be started before a job: by assignment, and of its own account."""

    by_assignment: dict[str, float]
    own: int

    @property
    def jobs(self) -> int:
        """How many there are."""
        return round(sum(self.by_assignment.values()))


def ahead_of(session: Session, job: Job) -> Ahead:
    """What will be started before this one, as the lines are now.

    Each of the account's own before it brings another round: every other line of the course has
    one start in a round, and each other course as many as this one.
    """
    me = session.get(QueueLine, job.line_id) if job.line_id is not None else None
    if me is None or me.ticket is None:
        return Ahead({}, 0)
    own = _own_before(session, job, me)
    found: dict[str, float] = dict(own)
    mine, others, bulk = _others(session, me, sum(own.values()))
    for name, count in mine.items():
        found[name] = found.get(name, 0) + count
    rounds = sum(found.values())
    for course in others.values():
        total = sum(course.values())
        for name, count in course.items():
            found[name] = found.get(name, 0) + count * min(1, (rounds + 1) / total)
    total, waiting = sum(found.values()), sum(bulk.values())
    if me.lane is Lane.INTERACTIVE and waiting:
        for name, count in bulk.items():
            found[name] = found.get(name, 0) + count * min(1, total // BATCH_EVERY / waiting)
    return Ahead(found, sum(own.values()))


def seconds_until_graded(session: Session, job: Job, ahead: Ahead) -> float | None:
    """About how long a waiting job still takes, or None where nobody can know.

    (what is ahead, each as long as its assignment took lately) / (slots of live workers), plus the
    job itself; at least what the account's own need within its share. What runs counts half.
    """
    workers = _serving(session, job.queue)
    known: dict[str, list[float]] = {}
    for worker in workers:
        for assignment, seconds in worker.seconds.items():
            known.setdefault(assignment, []).append(seconds)
    own = job.submission.course_assignment.assignment
    running = _running(session, job.queue)
    if not workers or not {own, *ahead.by_assignment, *running} <= set(known):
        return None
    mean = {assignment: sum(found) / len(found) for assignment, found in known.items()}
    before = sum(count * mean[name] for name, count in ahead.by_assignment.items())
    busy = sum(count * mean[name] / 2 for name, count in running.items())
    slots = sum(worker.slots for worker in workers)
    alone = ahead.own * mean[own] / share_of(slots) if job.lane is Lane.INTERACTIVE else 0.0
    return max((before + busy) / slots, alone) + mean[own]


def _own_before(session: Session, job: Job, me: QueueLine) -> dict[str, int]:
    """The account's own of the same lane and queue that came earlier."""
    return _by_assignment(
        session,
        Job.state == JobState.QUEUED,
        Job.queue == job.queue,
        Job.lane == job.lane,
        Job.id < job.id,
        Submission.user_id == me.user_id,
        Course.grading_paused_at.is_(None),
        Course.archived_at.is_(None),
    )


def _others(
    session: Session, me: QueueLine, rounds: int
) -> tuple[dict[str, int], dict[int, dict[str, int]], dict[str, int]]:
    """What other accounts start before: in the line's course, in others, and what batches have."""
    waiting = (
        sa.select(Job.line_id, sa.func.count().label("jobs"))
        .where(Job.state == JobState.QUEUED, Job.queue == me.queue)
        .group_by(Job.line_id)
        .subquery()
    )
    first = sa.case((QueueLine.ticket < me.ticket, 1), else_=0)
    most = sa.case((QueueLine.course_id == me.course_id, rounds + first), else_=waiting.c.jobs)
    # Whoever is live goes before a batch, all of it.
    taken = sa.case(
        (sa.and_(QueueLine.lane == me.lane, waiting.c.jobs > most), most), else_=waiting.c.jobs
    )
    rows = session.execute(
        sa.select(
            QueueLine.lane, QueueLine.course_id, CourseAssignment.assignment, sa.func.sum(taken)
        )
        .join(waiting, waiting.c.line_id == QueueLine.id)
        .join(CourseAssignment, QueueLine.course_assignment_id == CourseAssignment.id)
        .join(Course, QueueLine.course_id == Course.id)
        .where(
            sa.or_(QueueLine.user_id != me.user_id, QueueLine.lane != me.lane),
            Course.grading_paused_at.is_(None),
            Course.archived_at.is_(None),
        )
        .group_by(QueueLine.lane, QueueLine.course_id, CourseAssignment.assignment)
    )
    mine: dict[str, int] = {}
    others: dict[int, dict[str, int]] = {}
    bulk: dict[str, int] = {}
    for lane, course_id, name, jobs in rows:
        if lane is not me.lane:
            into = bulk if lane is Lane.BATCH else mine
        else:
            into = mine if course_id == me.course_id else others.setdefault(course_id, {})
        if jobs:
            into[name] = into.get(name, 0) + jobs
    return mine, others, bulk


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
