"""Regrading: the current checks over what was handed in, unseen by students until it is published.

What is known to come out the same is not run; the rest goes into the batch lane. Publishing makes
every new result current in one transaction; discarding removes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp.base.clock import now
from webapp.base.database import moment_of
from webapp.grading.conditions import Judge
from webapp.models import (
    CourseAssignment,
    Enrolment,
    Job,
    JobState,
    Lane,
    QuestionScore,
    Regrade,
    RegradeItem,
    RegradeState,
    Result,
    Role,
    Scope,
    Submission,
    SubmissionState,
)
from webapp.queue import broker, jobs

_WITHOUT_SYNC = {"synchronize_session": False}


class RegradeRefused(Exception):
    """A regrade cannot be started, published or discarded now: one sentence."""


@dataclass(frozen=True)
class Progress:
    """How far a regrade has come; `known` of `total` needed no run, `stopped` by faults of ours."""

    total: int
    known: int
    done: int
    waiting: int
    stopped: int

    @property
    def running(self) -> bool:
        """Whether more results will come without anybody's doing."""
        return self.waiting > 0


def start(
    session: Session,
    assignment: CourseAssignment,
    judge: Judge,
    *,
    actor_id: int | None,
    scope: Scope = Scope.COUNTING,
    section: str = "",
) -> Regrade:
    """Begin a regrade and queue what has to be run; the caller commits."""
    _lock(session, assignment)
    if open_regrade(session, assignment) is not None:
        raise RegradeRefused("A regrade of this assignment is open: publish or discard it first.")
    regrade = Regrade(
        course_assignment_id=assignment.id,
        started_by_id=actor_id,
        scope=scope,
        section=section,
        grader_version=judge.version,
    )
    session.add(regrade)
    session.flush()
    chosen = _chosen(assignment, regrade, judge)
    columns = ["regrade_id", "submission_id", "old_result_id", "new_result_id"]
    session.execute(sa.insert(RegradeItem).from_select(columns, chosen))
    if not _count(session, regrade):
        raise RegradeRefused("No graded submission is among those chosen, so none can be regraded.")
    _queue(session, assignment, regrade)
    return regrade


def _lock(session: Session, assignment: CourseAssignment) -> None:
    """One change to an assignment's regrades at a time; SQLite has one writer anyway."""
    session.execute(
        sa.select(CourseAssignment.id).where(CourseAssignment.id == assignment.id).with_for_update()
    )


def _chosen(assignment: CourseAssignment, regrade: Regrade, judge: Judge) -> sa.Select[Any]:
    """The regrade's items: each submission with its result, and the one that is known to come."""
    known = aliased(Result)
    answer: sa.ColumnElement[Any] = sa.cast(sa.null(), sa.Integer)
    if judge.conditions:
        answer = (
            sa.select(sa.func.max(known.id))
            .where(known.submission_id == Submission.id, known.conditions == judge.conditions)
            .scalar_subquery()
        )
        answer = sa.case((Result.conditions == judge.conditions, Result.id), else_=answer)
    statement = (
        sa.select(sa.literal(regrade.id), Submission.id, Result.id, answer)
        .join(Result, sa.and_(Result.submission_id == Submission.id, Result.current.is_(True)))
        .join(
            Enrolment,
            sa.and_(
                Enrolment.user_id == Submission.user_id,
                Enrolment.course_id == assignment.course_id,
                Enrolment.role == Role.STUDENT,
            ),
        )
        .where(
            Submission.course_assignment_id == assignment.id,
            Submission.state.in_((SubmissionState.GRADED, SubmissionState.REJECTED)),
        )
    )
    if regrade.scope == Scope.COUNTING:
        statement = statement.where(Submission.counts)
    return statement.where(Enrolment.section == regrade.section) if regrade.section else statement


def _queue(session: Session, assignment: CourseAssignment, regrade: Regrade) -> None:
    """A job in the batch lane for each submission that nothing is known about.

    What the assignment needs may have changed since its submissions were graded.
    """
    queue, moment = jobs.queue_for(assignment.assignment), moment_of(session)
    waiting = sa.select(RegradeItem.submission_id).where(
        RegradeItem.regrade_id == regrade.id, RegradeItem.new_result_id.is_(None)
    )
    rows = [
        {
            "submission_id": submission_id,
            "regrade_id": regrade.id,
            "queue": queue,
            "lane": Lane.BATCH,
            "not_before": moment,
            "created_at": moment,
        }
        for submission_id in session.scalars(waiting)
    ]
    if rows:
        session.execute(sa.insert(Job), rows)
    for job_id in session.scalars(sa.select(Job.id).where(Job.regrade_id == regrade.id)):
        broker.announce_on_commit(session, job_id, queue)


def open_regrade(session: Session, assignment: CourseAssignment) -> Regrade | None:
    """The assignment's regrade that is neither published nor discarded."""
    return session.scalar(
        sa.select(Regrade).where(
            Regrade.course_assignment_id == assignment.id, Regrade.state == RegradeState.OPEN
        )
    )


def _count(session: Session, regrade: Regrade) -> int:
    found = sa.select(sa.func.count()).where(RegradeItem.regrade_id == regrade.id)
    return session.scalar(found) or 0


def progress(session: Session, regrade: Regrade) -> Progress:
    """How far it has come, in two statements."""
    total, answered = session.execute(
        sa.select(sa.func.count(), sa.func.count(RegradeItem.new_result_id)).where(
            RegradeItem.regrade_id == regrade.id
        )
    ).one()
    counted = session.execute(
        sa.select(Job.state, sa.func.count().label("jobs"))
        .where(Job.regrade_id == regrade.id)
        .group_by(Job.state)
    )
    states = {row.state: row.jobs for row in counted}
    waiting = states.get(JobState.QUEUED, 0) + states.get(JobState.RUNNING, 0)
    stopped = states.get(JobState.DEAD, 0)
    return Progress(total, total - sum(states.values()), answered, waiting, stopped)


def retry_stopped(session: Session, regrade: Regrade) -> int:
    """Queue again what faults of ours have stopped; the caller commits."""
    stopped = session.execute(
        sa.select(Job.id, Job.submission_id).where(
            Job.regrade_id == regrade.id, Job.state == JobState.DEAD
        )
    ).all()
    return sum(jobs.retry(session, row.id, row.submission_id) for row in stopped)


def discard(session: Session, regrade: Regrade) -> None:
    """Remove the new results and stop what still waits; the caller commits."""
    close(session, regrade, RegradeState.DISCARDED)
    unfinished = (JobState.QUEUED, JobState.DEAD)
    session.execute(sa.delete(RegradeItem).where(RegradeItem.regrade_id == regrade.id))
    mine = sa.select(Result.id).where(Result.regrade_id == regrade.id, Result.current.is_(False))
    session.execute(sa.delete(QuestionScore).where(QuestionScore.result_id.in_(mine)))
    session.execute(
        sa.delete(Result).where(Result.regrade_id == regrade.id, Result.current.is_(False))
    )
    session.execute(sa.delete(Job).where(Job.regrade_id == regrade.id, Job.state.in_(unfinished)))


def close(session: Session, regrade: Regrade, state: RegradeState) -> None:
    """The one who changes the state from open goes on; whoever comes second is refused.

    What faults of ours had stopped is not waited for any more.
    """
    closed = session.execute(
        sa.update(Regrade)
        .where(Regrade.id == regrade.id, Regrade.state == RegradeState.OPEN)
        .values(state=state, closed_at=now())
        .execution_options(**_WITHOUT_SYNC)
    )
    if not closed.rowcount:  # type: ignore[attr-defined]
        raise RegradeRefused("This regrade was published or discarded already.")
    session.execute(
        sa.update(Job)
        .where(Job.regrade_id == regrade.id, Job.state == JobState.DEAD)
        .values(state=JobState.CANCELLED)
        .execution_options(**_WITHOUT_SYNC)
    )
