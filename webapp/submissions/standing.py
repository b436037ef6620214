"""Where a student stands: every assignment with its attempts, and what is next."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from webapp.base.clock import now
from webapp.courses.assignments import assignments_of
from webapp.extensions import queries as extensions
from webapp.models import Course, CourseAssignment, Submission, SubmissionState
from webapp.scoring.counting import policy_of
from webapp.scoring.late_policy import LatePolicy, own_due_time
from webapp.submissions.tries import Tries, tries_of
from webapp.visibility import sight as visibility


@dataclass(frozen=True)
class Standing:
    """One assignment as one student sees it; attempts are newest first.

    Their points are missing while they are `held` back. `extended_to` is the student's own due
    time while that holds. `late_days_left` is what is left of the course's late days. What held
    attempts used is not taken off, since it would tell which of them counts; `late_days_open` says
    that there are such.
    """

    assignment: CourseAssignment
    attempts: tuple[Submission, ...]
    held: bool = False
    extended_to: datetime | None = None
    late_days_left: int = 0
    late_days_open: bool = False

    @property
    def latest(self) -> Submission | None:
        """The newest attempt."""
        return self.attempts[0] if self.attempts else None

    @property
    def best(self) -> Submission | None:
        """The attempt that counts, once it has a score; `counted` is what it is worth."""
        scored = (attempt for attempt in self.attempts if attempt.score is not None)
        return next((attempt for attempt in scored if attempt.counts), None)

    @property
    def due_at(self) -> datetime | None:
        """Until when work is in time, grace apart; the student's own with an extension."""
        return own_due_time(self.assignment.due_at, self.extended_to)

    @property
    def cut_off(self) -> bool:
        """Whether what comes from now on gives no points."""
        return self.policy.is_cut_off(now())

    @property
    def policy(self) -> LatePolicy:
        """The rules for late work, for this student."""
        return policy_of(self.assignment.course, self.assignment, self.extended_to)

    @property
    def tries(self) -> Tries:
        """How many attempts were made, how many are left, and when the next may be sent."""
        return tries_of(self.assignment, self.attempts)

    @property
    def retired(self) -> bool:
        """Whether it is out of the course: nothing is taken, and what was counts nowhere."""
        return self.assignment.retired_at is not None

    @property
    def is_open(self) -> bool:
        """Whether it can be handed in; late work is taken and marked."""
        opens_at = self.assignment.opens_at
        return not self.retired and (opens_at is None or opens_at <= now())

    @property
    def past_due(self) -> bool:
        """Whether the due time has passed."""
        grace = timedelta(minutes=self.assignment.grace_minutes or 0)
        return self.due_at is not None and self.due_at + grace < now()

    @property
    def state(self) -> str:
        """One word for the card: `opens`, `open`, `overdue`, `working`, `done`, ..."""
        if self.latest is None:
            if not self.is_open:
                return "opens"
            if self.cut_off:
                return "closed"
            return "overdue" if self.past_due else "open"
        if self.latest.state in (SubmissionState.QUEUED, SubmissionState.RUNNING):
            return "working"
        if self.best is None:
            return str(self.latest.state)
        full = (self.best.counted or 0.0) >= self.assignment.points
        if self.best.ungraded:
            return "waiting"
        return "done" if full else "scored"


def standings(
    session: Session, course: Course, user_id: int, *, for_staff: bool = False
) -> list[Standing]:
    """Every assignment that the course sets, with the student's attempts: four statements.

    What is held back from the student is left out, unless staff ask.
    """
    return _standings(
        session, course, user_id, assignments_of(session, course), for_staff=for_staff
    )


def standing_at(session: Session, item: CourseAssignment, user_id: int) -> Standing:
    """The student's at one assignment, which may be retired: four statements."""
    found = assignments_of(session, item.course)
    if item.retired_at is not None:
        found.append(item)
    standing = _standings(session, item.course, user_id, found, for_staff=False)
    return next(each for each in standing if each.assignment.id == item.id)


def _standings(
    session: Session,
    course: Course,
    user_id: int,
    assignments: list[CourseAssignment],
    *,
    for_staff: bool,
) -> list[Standing]:
    attempts = _attempts(session, course, user_id)
    sights = {} if for_staff else visibility.sights_of(session, assignments, user_id)
    held = {number for number, sight in sights.items() if not sight.open}
    spent = sum(
        row.late_days_used
        for item in assignments
        for row in attempts[item.id]
        if item.retired_at is None and item.id not in held and row.counts
    )
    for number in held:
        attempts[number] = [visibility.masked(row) for row in attempts[number]]
    extended = extensions.due_times(session, course, user_id)
    left = course.late_days - spent
    unsure = any(row.late for number in held for row in attempts[number])
    return [
        Standing(
            item,
            tuple(attempts[item.id]),
            item.id in held,
            _in_force(item, extended.get(item.id)),
            late_days_left=left,
            late_days_open=unsure,
        )
        for item in assignments
    ]


def _in_force(item: CourseAssignment, extended_to: datetime | None) -> datetime | None:
    return extended_to if own_due_time(item.due_at, extended_to) == extended_to else None


def _attempts(session: Session, course: Course, user_id: int) -> dict[int, list[Submission]]:
    """A student's attempts by assignment, newest first."""
    found: dict[int, list[Submission]] = defaultdict(list)
    rows = session.scalars(
        sa.select(Submission)
        .join(Submission.course_assignment)
        .options(contains_eager(Submission.course_assignment))
        .where(CourseAssignment.course_id == course.id, Submission.user_id == user_id)
        .order_by(Submission.attempt.desc())
    )
    for row in rows:
        found[row.course_assignment_id].append(row)
    return found
