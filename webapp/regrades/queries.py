"""The regrades of an assignment, and how far one has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.models import (
    CourseAssignment,
    Job,
    JobState,
    Regrade,
    RegradeItem,
    RegradeState,
)

_MOST_EARLIER = 20


class RegradeRefused(Exception):
    """A regrade cannot be started, published or discarded now: one sentence."""


def open_regrade(session: Session, assignment: CourseAssignment) -> Regrade | None:
    """The assignment's regrade that is neither published nor discarded."""
    return session.scalar(
        sa.select(Regrade).where(
            Regrade.course_assignment_id == assignment.id, Regrade.state == RegradeState.OPEN
        )
    )


def shown_regrade(session: Session, assignment: CourseAssignment, number: int | None) -> Regrade:
    """The open regrade, where it is the one that somebody was shown. Raises RegradeRefused."""
    found = open_regrade(session, assignment)
    if found is None or found.id != number:
        raise RegradeRefused("That regrade is not open any more.")
    return found


def earlier_regrades(session: Session, assignment: CourseAssignment) -> Sequence[Regrade]:
    """The newest of those that are closed, with who began them."""
    return session.scalars(
        sa.select(Regrade)
        .options(joinedload(Regrade.started_by))
        .where(Regrade.course_assignment_id == assignment.id, Regrade.state != RegradeState.OPEN)
        .order_by(Regrade.id.desc())
        .limit(_MOST_EARLIER)
    ).all()


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
