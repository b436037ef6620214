"""How long somebody who waits still waits, as the lines are now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Course, CourseAssignment, Job, JobState, Lane, QueueLine, Submission
from webapp.queue.shares import BATCH_AFTER, share_of
from webapp.queue.waiting import by_assignment, serving

_Count = Counter[str]


@dataclass(frozen=True)
class Ahead:
    """What will be started before a job: by assignment, and how many are of its own account."""

    by_assignment: dict[str, float]
    own: int

    @property
    def jobs(self) -> int:
        """How many there are."""
        return round(sum(self.by_assignment.values()))


@dataclass
class _Others:
    """What other accounts have: what goes before in the course, all of other courses, batches."""

    here: _Count = field(default_factory=Counter)
    elsewhere: dict[int, _Count] = field(default_factory=dict)
    bulk: _Count = field(default_factory=Counter)


def ahead_of(session: Session, job: Job) -> Ahead:
    """What will be started before this one.

    Each of the account's own before it is one more round: every other line of the course has one
    start in a round, and each other course as many as this one. A batch's come in between.
    """
    me = session.get(QueueLine, job.line_id) if job.line_id is not None else None
    if me is None or me.ticket is None:
        return Ahead({}, 0)
    own = _own_before(session, job, me)
    others = _others(session, me, own.total())
    first = own + others.here
    found: dict[str, float] = dict(first)
    for course in others.elsewhere.values():
        _add(found, course, first.total() + 1)
    if me.lane is Lane.INTERACTIVE:
        _add(found, others.bulk, sum(found.values()) // BATCH_AFTER)
    return Ahead(found, own.total())


def _add(found: dict[str, float], more: _Count, most: float) -> None:
    """Add at most so many, of each assignment its part."""
    part = min(1.0, most / max(1, more.total()))
    for name, count in more.items():
        found[name] = found.get(name, 0) + count * part


def seconds_until_graded(session: Session, job: Job, ahead: Ahead) -> float | None:
    """About how long a waiting job still takes, or None where nobody can know.

    (what is ahead, each as long as its assignment took lately) / (slots of live workers), plus the
    job itself; at least what the account's own need within its share. What runs counts half.
    """
    workers = serving(session, job.queue)
    known: dict[str, list[float]] = {}
    for worker in workers:
        for assignment, seconds in worker.seconds.items():
            known.setdefault(assignment, []).append(seconds)
    own = job.submission.course_assignment.assignment
    running = by_assignment(session, Job.state == JobState.RUNNING, Job.queue == job.queue)
    if not workers or not {own, *ahead.by_assignment, *running} <= set(known):
        return None
    mean = {assignment: sum(found) / len(found) for assignment, found in known.items()}
    before = sum(count * mean[name] for name, count in ahead.by_assignment.items())
    busy = sum(count * mean[name] / 2 for name, count in running.items())
    slots = sum(worker.slots for worker in workers)
    alone = ahead.own * mean[own] / share_of(slots) if job.lane is Lane.INTERACTIVE else 0.0
    return max((before + busy) / slots, alone) + mean[own]


def _own_before(session: Session, job: Job, me: QueueLine) -> _Count:
    """The account's own of the same lane and queue that came earlier."""
    return Counter(
        by_assignment(
            session,
            Job.state == JobState.QUEUED,
            Job.queue == job.queue,
            Job.lane == job.lane,
            Job.id < job.id,
            Submission.user_id == me.user_id,
            Course.grading_paused_at.is_(None),
            Course.archived_at.is_(None),
        )
    )


def _others(session: Session, me: QueueLine, rounds: int) -> _Others:
    found = _Others()
    for lane, course_id, name, jobs in session.execute(_of_others(me, rounds)):
        if lane is not me.lane and lane is Lane.BATCH:
            into = found.bulk
        elif lane is not me.lane or course_id == me.course_id:
            into = found.here
        else:
            into = found.elsewhere.setdefault(course_id, Counter())
        into[name] += int(jobs)
    return found


def _of_others(me: QueueLine, rounds: int) -> sa.Select[Lane, int, str, int]:
    """By lane, course and assignment: in the line's own lane and course only what goes before."""
    waiting = (
        sa.select(Job.line_id, sa.func.count().label("jobs"))
        .where(Job.state == JobState.QUEUED, Job.queue == me.queue)
        .group_by(Job.line_id)
        .subquery()
    )
    most = rounds + sa.case((QueueLine.ticket < me.ticket, 1), else_=0)
    here = sa.and_(QueueLine.lane == me.lane, QueueLine.course_id == me.course_id)
    before = sa.case((sa.and_(here, waiting.c.jobs > most), most), else_=waiting.c.jobs)
    return (
        sa.select(
            QueueLine.lane, QueueLine.course_id, CourseAssignment.assignment, sa.func.sum(before)
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
