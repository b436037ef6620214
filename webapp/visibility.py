"""What a student may know of their points yet: the one home of that rule.

The public tests, which ran in the student's own notebook, are theirs at once. What hidden checks
found, and staff's points, follow the assignment's rule; staff always see everything. "After the due
time" is after its grace, and the student's own where they have an extension, so that nobody reads
what they may still use; late days, which nobody asks for, do not put it off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, make_transient

from webapp import extensions
from webapp.clock import in_words, now, written
from webapp.models import CourseAssignment, Enrolment, ResultRule, ResultVisibility, Submission
from webapp.recount import policy_of


@dataclass(frozen=True)
class Sight:
    """An assignment's rule, whether students see their results now, and else from when on."""

    rule: ResultRule
    open: bool
    opens_at: datetime | None

    def sentence(self, zone: str) -> str:
        """Which rule holds, and when the rest appears."""
        if self.open:
            return "Points and messages of the hidden checks are shown as soon as there are any."
        held = "Points and messages of the hidden checks are held back"
        if self.opens_at is not None:
            when = f"{written(self.opens_at, zone)} ({in_words(self.opens_at)})"
            return f"{held} until the due time has passed, {when}."
        return f"{held} until staff publish them."


AT_ONCE = Sight(ResultRule.AT_ONCE, True, None)


def sight_of(session: Session, assignment: CourseAssignment, user_id: int | None = None) -> Sight:
    """What students see of one assignment, or one of them with an extension of their own."""
    return sights_of(session, [assignment], user_id)[assignment.id]


def sights_of(
    session: Session, assignments: Iterable[CourseAssignment], user_id: int | None = None
) -> dict[int, Sight]:
    """What a student sees of each assignment, by its number, in two statements."""
    found = {assignment.id: assignment for assignment in assignments}
    rules = session.scalars(
        sa.select(ResultVisibility).where(ResultVisibility.course_assignment_id.in_(found))
    )
    rows = {rule.course_assignment_id: rule for rule in rules}
    own: dict[int, datetime] = {}
    if user_id is not None and any(row.rule == ResultRule.AFTER_DUE for row in rows.values()):
        own = extensions.due_times_among(session, found, user_id)
    return {
        number: _sight(rows.get(number), _in_time_until(assignment, own.get(number)))
        for number, assignment in found.items()
    }


def _in_time_until(item: CourseAssignment, extended_to: datetime | None) -> datetime | None:
    return policy_of(item.course, item, extended_to).in_time_until


def _sight(row: ResultVisibility | None, due_at: datetime | None) -> Sight:
    if row is None or row.rule == ResultRule.AT_ONCE:
        return AT_ONCE
    if row.published_at is not None:
        return Sight(row.rule, True, None)
    # Without a due time nobody can say when it has passed: then staff publish.
    due = due_at if row.rule == ResultRule.AFTER_DUE else None
    return Sight(row.rule, due is not None and due <= now(), due)


def for_reader(session: Session, enrolment: Enrolment, submission: Submission) -> Submission:
    """The submission as this person may see it: a student's without points while they are held."""
    item = submission.course_assignment
    if enrolment.is_staff or sight_of(session, item, submission.user_id).open:
        return submission
    return masked(submission)


def for_student(session: Session, submissions: Iterable[Submission]) -> list[Submission]:
    """One's own submissions as one may see them, in one statement more."""
    found = list(submissions)
    if not found:
        return []
    sights = sights_of(session, {s.course_assignment for s in found}, found[0].user_id)
    return [s if sights[s.course_assignment_id].open else masked(s) for s in found]


def masked(submission: Submission) -> Submission:
    """The submission without its points; it is no row of the database any more, only shown."""
    make_transient(submission)
    submission.auto_score = submission.manual_score = submission.adjustment = None
    submission.ungraded = 0
    return submission


def set_rule(session: Session, assignment: CourseAssignment, rule: ResultRule) -> None:
    """Give the assignment another rule; what was published stays so. The caller commits."""
    row = session.get(ResultVisibility, assignment.id)
    if row is None:
        row = ResultVisibility(course_assignment_id=assignment.id)
        session.add(row)
    row.rule = rule


def publish(session: Session, assignment: CourseAssignment, *, on: bool) -> None:
    """Show the results now, whatever the rule; or hide them until staff publish them again."""
    row = session.get(ResultVisibility, assignment.id)
    if row is None:
        row = ResultVisibility(course_assignment_id=assignment.id, rule=ResultRule.PUBLISHED)
        session.add(row)
    row.published_at = now() if on else None
    if not on:
        row.rule = ResultRule.PUBLISHED
