"""What a student may know of their points yet: the one home of that rule.

The public tests, which ran in the student's own notebook, are theirs at once. What hidden checks
found, and staff's points, follow the assignment's rule; staff always see everything. "After the due
time" is after its grace, and the student's own where they have an extension, so that nobody reads
what they may still use; late days, which nobody asks for, do not put it off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, make_transient

from webapp.base.clock import full_date, in_words, now
from webapp.models import (
    CourseAssignment,
    Enrolment,
    Extension,
    ResultRule,
    ResultVisibility,
    Submission,
)
from webapp.scoring.counting import policy_of


@dataclass(frozen=True)
class Sight:
    """An assignment's rule, whether students see their results now, and else from when on.

    `extended_to` is until when the student has an extension.
    """

    rule: ResultRule
    open: bool
    opens_at: datetime | None
    extended_to: datetime | None = None

    def sentence(self, zone: str) -> str:
        """Which rule holds, and when the rest appears."""
        if self.open:
            return "Points and messages of the hidden checks are shown as soon as there are any."
        held = "Points and messages of the hidden checks are held back"
        if self.opens_at is not None:
            when = f"{full_date(self.opens_at, zone)} ({in_words(self.opens_at)})"
            return f"{held} until the due time has passed, {when}."
        return f"{held} until staff publish them."


@dataclass(frozen=True)
class ClassSight:
    """What each student of a class sees of one assignment: most the same, some by an extension."""

    general: Sight
    extended: Mapping[int, Sight]

    def of(self, user_id: int) -> Sight:
        """What one of them sees."""
        return self.extended.get(user_id, self.general)


def sight_of(session: Session, assignment: CourseAssignment, user_id: int | None = None) -> Sight:
    """What students see of one assignment, or one of them with an extension of their own."""
    return sights_of(session, [assignment], user_id)[assignment.id]


def sights_of(
    session: Session, assignments: Iterable[CourseAssignment], user_id: int | None = None
) -> dict[int, Sight]:
    """What a student sees of each assignment, by its number, in one statement."""
    found = {assignment.id: assignment for assignment in assignments}
    of_it = ResultVisibility.course_assignment_id == CourseAssignment.id
    own = sa.and_(
        Extension.course_assignment_id == CourseAssignment.id, Extension.user_id == user_id
    )
    rows = session.execute(
        sa.select(CourseAssignment.id, ResultVisibility, Extension.due_at)
        .outerjoin(ResultVisibility, of_it)
        .outerjoin(Extension, own)
        .where(CourseAssignment.id.in_(found))
    )
    return {number: _sight(found[number], rule, until) for number, rule, until in rows}


def sights_of_class(session: Session, item: CourseAssignment) -> ClassSight:
    """What every student sees of an assignment, in few statements however many they are."""
    rule = session.get(ResultVisibility, item.id)
    rows = session.execute(
        sa.select(Extension.user_id, Extension.due_at).where(
            Extension.course_assignment_id == item.id
        )
    )
    own = {user_id: _sight(item, rule, until) for user_id, until in rows}
    return ClassSight(_sight(item, rule, None), own)


def _sight(
    item: CourseAssignment, row: ResultVisibility | None, extended_to: datetime | None
) -> Sight:
    if row is None or row.rule == ResultRule.AT_ONCE:
        return Sight(ResultRule.AT_ONCE, True, None, extended_to)
    if row.published_at is not None:
        return Sight(row.rule, True, None, extended_to)
    # Without a due time nobody can say when it has passed: then staff publish.
    due = None
    if row.rule == ResultRule.AFTER_DUE:
        due = policy_of(item.course, item, extended_to).in_time_until
    return Sight(row.rule, due is not None and due <= now(), due, extended_to)


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
