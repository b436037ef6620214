"""Regrading: the current checks over what was handed in, unseen by students until it is published.

What is known to come out the same is not run; the rest goes into the batch lane. Publishing makes
every new result current in one transaction; discarding removes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp.audit.record import Action, Actor, record
from webapp.base.clock import now
from webapp.base.database import change, moment_of
from webapp.courses.people import in_section
from webapp.grading.conditions import Conditions
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
from webapp.queue import broker, jobs, lines
from webapp.regrades.publish import make_new_results_current
from webapp.regrades.queries import RegradeRefused, open_regrade, progress

_WITHOUT_SYNC = {"synchronize_session": False}


def start_regrade(
    session: Session,
    actor: Actor,
    assignment: CourseAssignment,
    conditions: Conditions,
    *,
    scope: Scope = Scope.COUNTING,
    section: str = "",
) -> Regrade:
    """Begin a regrade and queue what has to be run. Raises RegradeRefused."""
    with change(session):
        started = _start(session, actor, assignment, conditions, scope=scope, section=section)
        detail = {"scope": str(scope), "section": section}
        _note(session, actor, started, "start regrade", **detail)
    return started


@dataclass(frozen=True)
class Outcome:
    """What was done, in words, and to how many submissions."""

    words: str
    count: int = 0


def retry_stopped(session: Session, actor: Actor, regrade: Regrade) -> Outcome:
    """Queue again what faults of ours have stopped."""
    with change(session):
        stopped = session.execute(
            sa.select(Job.id, Job.submission_id).where(
                Job.regrade_id == regrade.id, Job.state == JobState.DEAD
            )
        ).all()
        count = sum(jobs.retry(session, row.id, row.submission_id) for row in stopped)
        done = Outcome(f"{count} queued again.", count)
        _note(session, actor, regrade, "retry regrade", outcome=done.words)
    return done


def publish_regrade(session: Session, actor: Actor, regrade: Regrade) -> Outcome:
    """Let students see the new results, all at once. Raises RegradeRefused."""
    with change(session):
        _close(session, regrade, RegradeState.PUBLISHED)
        if progress(session, regrade).running:
            raise RegradeRefused("The regrade still runs: publish it when every result is there.")
        count = make_new_results_current(session, regrade)
        plural = "s" if count != 1 else ""
        done = Outcome(f"The regrade is published: {count} new result{plural}.", count)
        _note(session, actor, regrade, "publish regrade", outcome=done.words)
    return done


def discard_regrade(session: Session, actor: Actor, regrade: Regrade) -> Outcome:
    """Remove the new results and stop what still waits. Raises RegradeRefused."""
    with change(session):
        _close(session, regrade, RegradeState.DISCARDED)
        _forget(session, regrade)
        done = Outcome("The regrade is discarded: every score is as it was.")
        _note(session, actor, regrade, "discard regrade", outcome=done.words)
    return done


def _note(session: Session, actor: Actor, regrade: Regrade, action: Action, **detail: str) -> None:
    item = regrade.course_assignment
    subject = f"regrade {regrade.id} of {item.assignment}"
    detail = {"version": regrade.grader_version, **detail}
    record(session, actor, action, subject=subject, **detail)


def _start(
    session: Session,
    actor: Actor,
    assignment: CourseAssignment,
    conditions: Conditions,
    *,
    scope: Scope,
    section: str,
) -> Regrade:
    _lock(session, assignment)
    if open_regrade(session, assignment) is not None:
        raise RegradeRefused("A regrade of this assignment is open: publish or discard it first.")
    regrade = Regrade(
        course_assignment_id=assignment.id,
        started_by_id=actor.user_id,
        scope=scope,
        section=section,
        grader_version=conditions.version,
    )
    session.add(regrade)
    session.flush()
    chosen = _chosen(assignment, regrade, conditions)
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


def _chosen(
    assignment: CourseAssignment, regrade: Regrade, conditions: Conditions
) -> sa.Select[Any]:
    """The regrade's items: each submission with its result, and the one that is known to come."""
    known = aliased(Result)
    answer: sa.ColumnElement[Any] = sa.cast(sa.null(), sa.Integer)
    if conditions.digest:
        answer = (
            sa.select(sa.func.max(known.id))
            .where(known.submission_id == Submission.id, known.conditions == conditions.digest)
            .scalar_subquery()
        )
        answer = sa.case((Result.conditions == conditions.digest, Result.id), else_=answer)
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
    return statement.where(in_section(regrade.section)) if regrade.section else statement


def _queue(session: Session, assignment: CourseAssignment, regrade: Regrade) -> None:
    """A job in the batch lane for each submission that nothing is known about.

    What the assignment needs may have changed since its submissions were graded.
    """
    queue, moment = jobs.queue_for(session, assignment.assignment), moment_of(session)
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
        lines.stand_in_line(session, Job.regrade_id == regrade.id)
    for job_id in session.scalars(sa.select(Job.id).where(Job.regrade_id == regrade.id)):
        broker.announce_on_commit(session, job_id, queue)


def _count(session: Session, regrade: Regrade) -> int:
    found = sa.select(sa.func.count()).where(RegradeItem.regrade_id == regrade.id)
    return session.scalar(found) or 0


def _forget(session: Session, regrade: Regrade) -> None:
    """The results that were made for it, and the jobs that are not finished."""
    unfinished = (JobState.QUEUED, JobState.DEAD)
    session.execute(sa.delete(RegradeItem).where(RegradeItem.regrade_id == regrade.id))
    mine = sa.select(Result.id).where(Result.regrade_id == regrade.id, Result.current.is_(False))
    session.execute(sa.delete(QuestionScore).where(QuestionScore.result_id.in_(mine)))
    session.execute(
        sa.delete(Result).where(Result.regrade_id == regrade.id, Result.current.is_(False))
    )
    session.execute(sa.delete(Job).where(Job.regrade_id == regrade.id, Job.state.in_(unfinished)))


def _close(session: Session, regrade: Regrade, state: RegradeState) -> None:
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
