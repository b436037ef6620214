"""What staff do about results: choose when students see them, publish them, or hide them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp.audit.record import Action, record
from webapp.base.clock import now
from webapp.base.database import change
from webapp.models import CourseAssignment, Enrolment, ResultRule, ResultVisibility

_CHOSEN: dict[ResultRule, Action] = {
    ResultRule.AT_ONCE: "show results at once",
    ResultRule.AFTER_DUE: "show results after due",
    ResultRule.PUBLISHED: "show results published",
}


def change_rule(
    session: Session, actor: Enrolment, assignment: CourseAssignment, rule: ResultRule
) -> None:
    """Give the assignment another rule; what was published stays so."""
    with change(session):
        set_rule(session, assignment, rule)
        record(session, actor, _CHOSEN[rule], subject=assignment.assignment)


def show_results(
    session: Session, actor: Enrolment, assignment: CourseAssignment, *, on: bool
) -> None:
    """Show the results now, whatever the rule; or hide them until staff publish them again."""
    with change(session):
        publish(session, assignment, on=on)
        action: Action = "publish results" if on else "hide results"
        record(session, actor, action, subject=assignment.assignment)


def set_rule(session: Session, assignment: CourseAssignment, rule: ResultRule) -> None:
    """Keep the rule; the caller commits."""
    row = session.get(ResultVisibility, assignment.id)
    if row is None:
        row = ResultVisibility(course_assignment_id=assignment.id)
        session.add(row)
    row.rule = rule


def publish(session: Session, assignment: CourseAssignment, *, on: bool) -> None:
    """Keep whether results are published, which takes a rule that waits; the caller commits."""
    row = session.get(ResultVisibility, assignment.id)
    if row is None:
        row = ResultVisibility(course_assignment_id=assignment.id, rule=ResultRule.PUBLISHED)
        session.add(row)
    row.published_at = now() if on else None
    if not on:
        row.rule = ResultRule.PUBLISHED
