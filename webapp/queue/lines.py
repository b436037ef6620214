"""Standing in line: a place for each account at each assignment, whatever waits behind it.

Locks are taken in one order everywhere: a student, their lines, their submissions. A claim, which
begins with a line, waits for no other line.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.models import CourseAssignment, Job, JobState, Lane, QueueLine, Submission

_KEY = ("course_assignment_id", "user_id", "lane", "queue")
_WITHOUT_SYNC = {"synchronize_session": False}
# Tickets begin far from nought, since what is given back goes before the first.
_BEGIN = 2**20
_LAST = sa.select(sa.func.coalesce(sa.func.max(QueueLine.ticket), _BEGIN)).scalar_subquery()
_FRONT = sa.select(sa.func.min(QueueLine.ticket)).scalar_subquery() - 1
_END = _LAST + 1


def stand_in_line(session: Session, *which: sa.ColumnElement[bool]) -> None:
    """Give these jobs a line, and their lines a place at the end where they had none."""
    where = (Job.state == JobState.QUEUED, *which)
    _open_lines(session, where)
    mine = (
        sa.select(QueueLine.id)
        .join(Submission, _is_line_of(QueueLine, Submission))
        .where(
            Submission.id == Job.submission_id,
            QueueLine.lane == Job.lane,
            QueueLine.queue == Job.queue,
        )
        .correlate(Job)
        .scalar_subquery()
    )
    named = sa.update(Job).where(*where, Job.line_id.is_(None)).values(line_id=mine)
    session.execute(named.execution_options(**_WITHOUT_SYNC))


def _is_line_of(line: Any, submission: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        line.course_assignment_id == submission.course_assignment_id,
        line.user_id == submission.user_id,
    )


def _open_lines(session: Session, where: tuple[sa.ColumnElement[bool], ...]) -> None:
    key = (Submission.course_assignment_id, Submission.user_id, Job.lane, Job.queue)
    place = sa.func.row_number().over(order_by=sa.func.min(Job.id))
    waiting = (
        sa.select(CourseAssignment.course_id, *key, _LAST + place)
        .select_from(Job)
        .join(Submission, Job.submission_id == Submission.id)
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .where(*where)
        .group_by(CourseAssignment.course_id, *key)
        .order_by(Submission.user_id)
    )
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgresql else sqlite.insert
    added: Any = insert(QueueLine).from_select(["course_id", *_KEY, "ticket"], waiting)
    ticket = sa.func.coalesce(QueueLine.ticket, added.excluded.ticket)
    session.execute(
        added.on_conflict_do_update(index_elements=_KEY, set_={"ticket": ticket}),
        execution_options=_WITHOUT_SYNC,
    )


def go_first(session: Session, job_id: int) -> None:
    """Let the line of a job that was given back be the next."""
    line = sa.select(Job.line_id).where(Job.id == job_id).scalar_subquery()
    _change(session, QueueLine.id == line, ticket=_FRONT)


def started(session: Session, line: int, user_id: int, lane: Lane, *, turn: int) -> None:
    """A job of the line has started: what else its account has goes to the end."""
    more = sa.exists().where(Job.state == JobState.QUEUED, Job.line_id == line)
    _change(session, QueueLine.id == line, turn=turn, ticket=sa.case((more, _END)))
    if lane is Lane.INTERACTIVE:
        # What others hold, they are moving or filling themselves.
        free = sa.select(QueueLine.id).where(*_waiting_of(user_id), QueueLine.id != line)
        _change(session, QueueLine.id.in_(free.with_for_update(skip_locked=True)), ticket=_END)


def ended(session: Session, job_id: int) -> bool:
    """A job has ended: its account joins the end; whether anything of it was held back.

    A batch's job takes nobody's share. The student is locked already, and no submission.
    """
    user_id = session.scalar(
        sa.select(QueueLine.user_id)
        .join(Job, Job.line_id == QueueLine.id)
        .where(Job.id == job_id, QueueLine.lane == Lane.INTERACTIVE)
    )
    if user_id is None:
        return False
    return _change(session, *_waiting_of(user_id), ticket=_END) > 0


def mend(session: Session) -> None:
    """Lines from which everything was taken out end; what never stood in line does.

    The caller commits.
    """
    left = sa.exists().where(Job.state == JobState.QUEUED, Job.line_id == QueueLine.id)
    empty = session.scalars(
        sa.select(QueueLine.id)
        .where(QueueLine.ticket > 0, ~left)
        .with_for_update(skip_locked=True)
        .limit(500)
    ).all()
    if empty:
        # Asked again, now that nobody else can fill them.
        _change(session, QueueLine.id.in_(empty), ~left, ticket=None)
    lost = (Job.state == JobState.QUEUED, Job.line_id.is_(None))
    if session.scalar(sa.select(Job.id).where(*lost).limit(1)) is not None:
        stand_in_line(session, *lost)


def _waiting_of(user_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        QueueLine.user_id == user_id,
        QueueLine.lane == Lane.INTERACTIVE,
        QueueLine.ticket > 0,
    )


def _change(session: Session, *which: sa.ColumnElement[bool], **values: Any) -> int:
    changed = session.execute(
        sa.update(QueueLine).where(*which).values(**values).execution_options(**_WITHOUT_SYNC)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]
