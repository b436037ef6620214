"""What instructors do to settings: of a course, of its assignments, and which of them it has.

What counts for students follows in the same change.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.audit.record import Actor, record
from webapp.base.database import change
from webapp.models import Course, CourseAssignment, Enrolment
from webapp.settings.catalogue import Entry, NotAddable, addable
from webapp.settings.changes import Checked, SettingsRefused, apply
from webapp.settings.values import AssignmentValues, CourseValues, RuleValues, Unread, When

# In the order of the week: none may precede the one before it.
WEEK = {
    "groups_due_at": "Groups are final",
    "slides_due_at": "Slides are due",
    "presentations_at": "Presentations begin",
}
COURSE_DATES = (*WEEK, "reviews_due_at")
_MOST_POINTS = 10_000
_WEEK_MINUTES = 7 * 24 * 60
_MOST_ATTEMPTS, _MOST_LATE_DAYS, _MOST_WAITING = 1000, 365, 100
# What an assignment has when it comes into a course, until staff say otherwise.
PAUSE_MINUTES, WAITING_LIMIT = 1, 3


def change_course(session: Session, actor: Enrolment, new: CourseValues, *, reason: str) -> int:
    """Take over title, term, first day and dates; how many changed. Raises SettingsRefused."""
    checked = Checked(actor.course)
    checked.line("title", new.title, label="The title", most=200, needed=True)
    checked.line("term", new.term, label="The term", most=60)
    checked.read("starts_on", new.starts_on)
    for key in COURSE_DATES:
        checked.read(key, getattr(new, key))
    for first, second in pairwise(key for key in WEEK if checked.value(key) is not None):
        if second not in checked.refused and checked.value(second) < checked.value(first):
            checked.refused[second] = f"This is before “{WEEK[first]}”: choose a later time."
    with change(session):
        return apply(session, actor, checked, action="change course rules", reason=reason)


def change_late_days(session: Session, actor: Enrolment, days: float, *, reason: str) -> int:
    """Take over how many late days each student has; 1 if that changed. Raises SettingsRefused."""
    checked = Checked(actor.course)
    checked.whole("late_days", days, most=_MOST_LATE_DAYS)
    with change(session):
        return apply(session, actor, checked, action="change late rules", reason=reason)


def change_assignment(
    session: Session,
    actor: Enrolment,
    item: CourseAssignment,
    new: AssignmentValues,
    *,
    reason: str,
) -> int:
    """Take over title, times and points in the total; how many changed. Raises SettingsRefused."""
    checked = Checked(item)
    checked.line("title", new.title, label="The title", most=200, needed=True)
    checked.read("opens_at", new.opens_at)
    checked.read("due_at", new.due_at)
    checked.number("points_in_total", new.points_in_total, most=_MOST_POINTS)
    opens, due = checked.value("opens_at"), checked.value("due_at")
    if opens and due and due <= opens and "due_at" not in checked.refused:
        checked.refused["due_at"] = "This is before it opens: choose a later time."
    if item.cut_off_at and due and due > item.cut_off_at and "due_at" not in checked.refused:
        checked.refused["due_at"] = "This is after the cut-off: move the cut-off first."
    with change(session):
        return apply(session, actor, checked, action="change assignment", reason=reason)


def change_rules(
    session: Session, actor: Enrolment, item: CourseAssignment, new: RuleValues, *, reason: str
) -> int:
    """Take over the rules for late work and attempts; how many changed. Raises SettingsRefused."""
    checked = Checked(item)
    checked.whole("grace_minutes", new.grace_minutes, most=_WEEK_MINUTES)
    checked.share("late_penalty", new.late_penalty)
    checked.read("cut_off_at", new.cut_off_at)
    checked.whole("attempt_limit", new.attempt_limit, most=_MOST_ATTEMPTS, least=1)
    checked.whole("pause_minutes", new.pause_minutes, most=_WEEK_MINUTES)
    checked.whole("waiting_limit", new.waiting_limit, most=_MOST_WAITING, least=1)
    checked.read("counting", new.counting)
    cut_off = checked.value("cut_off_at")
    grace = timedelta(minutes=checked.value("grace_minutes"))
    if cut_off and item.due_at and cut_off < item.due_at + grace and not checked.refused:
        checked.refused["cut_off_at"] = (
            "This is before the due time and its grace are over: choose a later time."
        )
    with change(session):
        return apply(session, actor, checked, action="change late rules", reason=reason)


def add_assignment(
    session: Session, actor: Actor, name: str, *, opens_at: When, due_at: When
) -> CourseAssignment:
    """Set a sound assignment in the course, after all others.

    Raises SettingsRefused for its times, NotAddable for the rest.
    """
    opens, due = _times(opens_at, due_at)
    with change(session):
        found = addable(session, session.get_one(Course, actor.course_id), name)
        try:
            item = _set_in_course(session, actor, found, opens_at=opens, due_at=due)
            session.flush()
        except IntegrityError:
            raise NotAddable(f"{found.title} is in the course already.") from None
    return item


def _times(opens_at: When, due_at: When) -> tuple[datetime | None, datetime | None]:
    said = {"opens_at": opens_at, "due_at": due_at}
    refused = {key: value.sentence for key, value in said.items() if isinstance(value, Unread)}
    opens, due = (None if isinstance(value, Unread) else value for value in said.values())
    if opens and due and due <= opens:
        refused["due_at"] = "It is due before it opens: choose a later due time."
    if refused:
        raise SettingsRefused(refused)
    return opens, due


def _set_in_course(
    session: Session,
    actor: Actor,
    found: Entry,
    *,
    opens_at: datetime | None,
    due_at: datetime | None,
) -> CourseAssignment:
    last = sa.select(sa.func.max(CourseAssignment.position))
    position = session.scalar(last.where(CourseAssignment.course_id == actor.course_id))
    item = CourseAssignment(
        course_id=actor.course_id,
        assignment=found.id,
        title=found.title[:200],
        points=found.points,
        position=0 if position is None else position + 1,
        opens_at=opens_at,
        due_at=due_at,
        pause_minutes=PAUSE_MINUTES,
        waiting_limit=WAITING_LIMIT,
    )
    session.add(item)
    record(
        session,
        actor,
        "add assignment",
        subject=found.id,
        points=found.points,
        opens=opens_at.isoformat() if opens_at else "at once",
        due=due_at.isoformat() if due_at else "never",
    )
    return item
