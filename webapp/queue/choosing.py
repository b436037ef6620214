"""Finding the next job: one statement says which lines are first, the second takes one of them.

Both follow indexes to the first line of each assignment, so their cost does not grow with what
waits behind it. On PostgreSQL the line is locked, and lines that others hold are passed over.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import takes_the_one_lock
from webapp.models import Course, CourseAssignment, Job, JobState, Lane, QueueLine
from webapp.queue.shares import NO_SHARE, Head, in_turn

# The first half of a lock of PostgreSQL; the second is the account.
_ACCOUNT = 0x48454C44
# How long to wait where every first line is just being taken by others, and how often.
_A_MOMENT, _MOMENTS = 0.01, 20


@dataclass(frozen=True)
class Wanted:
    """What a worker takes: its queues, no assignment of `without`, and each account's share."""

    queues: tuple[str, ...]
    without: Sequence[str] = ()
    shares: Mapping[str, int] = field(default_factory=dict)

    def values(self, moment: datetime) -> dict[str, Any]:
        """What the statements ask for."""
        shares = {f"share_{n}": self.shares.get(q, NO_SHARE) for n, q in enumerate(self.queues)}
        return {"moment": moment, "without": list(self.without), **shares}


@dataclass(frozen=True)
class Found:
    """A job that may be started, whose line is held until the transaction ends."""

    job_id: int
    line: int
    user_id: int
    lane: Lane
    turn: int


def next_job(session: Session, wanted: Wanted, moment: datetime) -> Found | None:
    """The job whose turn it is, or None. The caller starts it and commits, or rolls back."""
    for _ in range(_MOMENTS):
        rows = session.execute(_heads(wanted.queues), wanted.values(moment)).all()
        heads = [Head(*row) for row in rows if row.ticket is not None]
        if not heads:
            return None
        takes_the_one_lock(session)
        turns = _turns(session)
        for head in in_turn(heads, turns):
            found = _take(session, head, wanted, moment, 1 + max(turns.values()))
            if found is not None:
                return found
        session.rollback()
        time.sleep(_A_MOMENT)
    return None


def _take(
    session: Session, head: Head, wanted: Wanted, moment: datetime, turn: int
) -> Found | None:
    """The first line that nobody else holds; of an account that others claim for, none."""
    number = wanted.queues.index(head.queue)
    values = {"item": head.item_id, **wanted.values(moment)}
    row = session.execute(_first_line(head.lane, head.queue, number), values).first()
    if row is None or row.job_id is None:
        return None
    if head.lane is Lane.INTERACTIVE:
        share = wanted.shares.get(head.queue, NO_SHARE)
        if not _still_has_a_share(session, row.user_id, share):
            return None
    return Found(row.job_id, row.id, row.user_id, head.lane, turn)


def _still_has_a_share(session: Session, user_id: int, share: int) -> bool:
    """Where several claim at once, one of them at a time counts what an account holds."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    lock = sa.func.pg_try_advisory_xact_lock(sa.cast(_ACCOUNT, sa.Integer), user_id)
    if not session.scalar(sa.select(lock)):
        return False
    held = sa.select(sa.func.count()).select_from(Job).join(QueueLine, Job.line_id == QueueLine.id)
    running = held.where(*_running(), QueueLine.user_id == user_id)
    return (session.scalar(running) or 0) < share


def _turns(session: Session) -> dict[Lane, int]:
    last = [
        sa.select(sa.func.max(QueueLine.turn)).where(QueueLine.lane == lane).scalar_subquery()
        for lane in Lane
    ]
    return dict(
        zip(Lane, (turn or 0 for turn in session.execute(sa.select(*last)).one()), strict=True)
    )


@functools.lru_cache(maxsize=16)
def _heads(queues: tuple[str, ...]) -> sa.CompoundSelect[Any]:
    """Each assignment's smallest ticket by lane and queue, of courses that do not rest."""
    turn = (
        sa.select(sa.func.max(QueueLine.turn))
        .where(QueueLine.course_id == Course.id)
        .correlate(Course)
        .scalar_subquery()
    )
    parts = []
    for lane in Lane:
        for number, queue in enumerate(queues):
            first = (
                sa.select(QueueLine.ticket)
                .where(QueueLine.course_assignment_id == CourseAssignment.id)
                .where(*_may_go(lane, queue, number))
                .order_by(QueueLine.ticket)
                .limit(1)
                .correlate(CourseAssignment)
                .scalar_subquery()
            )
            columns = (
                *(CourseAssignment.id, CourseAssignment.course_id),
                *(sa.literal(lane, QueueLine.lane.type), sa.literal(queue)),
                *(first.label("ticket"), turn.label("course_turn")),
            )
            parts.append(
                sa.select(*columns)
                .join(Course, CourseAssignment.course_id == Course.id)
                .where(
                    Course.grading_paused_at.is_(None),
                    Course.archived_at.is_(None),
                    CourseAssignment.assignment.not_in(sa.bindparam("without", expanding=True)),
                )
            )
    return sa.union_all(*parts)


@functools.lru_cache(maxsize=16)
def _first_line(lane: Lane, queue: str, number: int) -> sa.Select[Any]:
    oldest = (
        sa.select(Job.id)
        .where(*_due())
        .order_by(Job.not_before, Job.id)
        .limit(1)
        .correlate(QueueLine)
        .scalar_subquery()
    )
    return (
        sa.select(QueueLine.id, QueueLine.user_id, oldest.label("job_id"))
        .where(QueueLine.course_assignment_id == sa.bindparam("item"))
        .where(*_may_go(lane, queue, number))
        .order_by(QueueLine.ticket)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _may_go(lane: Lane, queue: str, number: int) -> tuple[sa.ColumnElement[bool], ...]:
    """That a line has something due, and its account is below its share."""
    due = sa.exists().where(*_due()).correlate(QueueLine)
    where = (QueueLine.lane == lane, QueueLine.queue == queue, QueueLine.ticket > 0, due)
    if lane is Lane.BATCH:
        return where
    held = sa.orm.aliased(QueueLine)
    full = (
        sa.select(held.user_id)
        .join(Job, Job.line_id == held.id)
        .where(*_running(), held.lane == Lane.INTERACTIVE)
        .group_by(held.user_id)
        .having(sa.func.count() >= sa.bindparam(f"share_{number}"))
    )
    return (*where, QueueLine.user_id.not_in(full))


def _due() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Job.state == JobState.QUEUED,
        Job.line_id == QueueLine.id,
        Job.not_before <= sa.bindparam("moment"),
    )


def _running() -> tuple[sa.ColumnElement[bool], ...]:
    return (Job.state == JobState.RUNNING, Job.lane == Lane.INTERACTIVE)
