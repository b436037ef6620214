"""Where a student stands: every assignment with its attempts, and what is next."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from webapp import visibility
from webapp.clock import now
from webapp.models import Course, CourseAssignment, Submission, SubmissionState


@dataclass(frozen=True)
class Standing:
    """One assignment as one student sees it; attempts are newest first.

    Their points are missing while they are `held` back.
    """

    assignment: CourseAssignment
    attempts: tuple[Submission, ...]
    held: bool = False

    @property
    def latest(self) -> Submission | None:
        """The newest attempt."""
        return self.attempts[0] if self.attempts else None

    @property
    def best(self) -> Submission | None:
        """The attempt that counts: the highest score so far, the earliest among equals."""
        scored = [attempt for attempt in self.attempts if attempt.score is not None]
        return max(scored, key=lambda a: (a.score or 0.0, -a.attempt), default=None)

    @property
    def due_at(self) -> datetime | None:
        """Until when work is in time."""
        return self.assignment.due_at

    @property
    def is_open(self) -> bool:
        """Whether it can be handed in; late work is taken and marked."""
        return self.assignment.opens_at is None or self.assignment.opens_at <= now()

    @property
    def past_due(self) -> bool:
        """Whether the due time has passed."""
        return self.assignment.due_at is not None and self.assignment.due_at < now()

    @property
    def state(self) -> str:
        """One word for the card: `opens`, `open`, `overdue`, `working`, `done`, ..."""
        if self.latest is None:
            if not self.is_open:
                return "opens"
            return "overdue" if self.past_due else "open"
        if self.latest.state in (SubmissionState.QUEUED, SubmissionState.RUNNING):
            return "working"
        if self.best is None:
            return str(self.latest.state)
        full = (self.best.score or 0.0) >= self.assignment.points
        if self.best.ungraded:
            return "waiting"
        return "done" if full else "scored"


def standings(
    session: Session, course: Course, user_id: int, *, for_staff: bool = False
) -> list[Standing]:
    """Every assignment of the course with the student's attempts: three statements.

    What is held back from the student is left out, unless staff ask.
    """
    assignments = session.scalars(
        sa.select(CourseAssignment)
        .where(CourseAssignment.course_id == course.id)
        .order_by(CourseAssignment.position)
    ).all()
    attempts: dict[int, list[Submission]] = defaultdict(list)
    rows = session.scalars(
        sa.select(Submission)
        .join(Submission.course_assignment)
        .options(contains_eager(Submission.course_assignment))
        .where(CourseAssignment.course_id == course.id, Submission.user_id == user_id)
        .order_by(Submission.attempt.desc())
    )
    for row in rows:
        attempts[row.course_assignment_id].append(row)
    sights = {} if for_staff else visibility.sights_of(session, assignments)
    held = {number for number, sight in sights.items() if not sight.open}
    for number in held:
        attempts[number] = [visibility.masked(row) for row in attempts[number]]
    return [Standing(item, tuple(attempts[item.id]), item.id in held) for item in assignments]
