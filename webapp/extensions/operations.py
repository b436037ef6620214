"""What staff do about due times: give one student or many their own, and take it back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import record
from webapp.base.clock import full_date, now
from webapp.base.database import change
from webapp.base.reasons import NoReason, read_reason
from webapp.courses.people import students_of
from webapp.models import CourseAssignment, Enrolment, Extension
from webapp.scoring import counting


class ExtensionRefused(ValueError):
    """No extension can be given so: one sentence."""


def give(
    session: Session,
    actor: Enrolment,
    item: CourseAssignment,
    *,
    users: Collection[int],
    due_at: datetime | None,
    reason: str,
) -> int:
    """Give these students until `due_at`; how many. Raises ExtensionRefused.

    Among several students whoever has a later extension keeps it.
    """
    why, until = _reason(reason), _after(item, due_at, actor.course.time_zone)
    with change(session):
        chosen = _taking(session, actor, item, users=users, until=until)
        _write(session, actor, item, users=list(chosen), due_at=until, reason=why)
        counting.recount(session, item, list(chosen))
        for user_id, name in chosen.items():
            record(
                session,
                actor,
                "give extension",
                subject=f"user {user_id}",
                student=name,
                assignment=item.assignment,
                until=full_date(until, actor.course.time_zone),
                reason=why,
            )
    return len(chosen)


def _taking(
    session: Session,
    actor: Enrolment,
    item: CourseAssignment,
    *,
    users: Collection[int],
    until: datetime,
) -> dict[int, str]:
    """The names of those who get it, by number, with their rows locked."""
    chosen = {row[0]: row[1] for row in students_of(session, actor.course) if row[0] in users}
    if not chosen or len(chosen) < len(set(users)):
        raise ExtensionRefused("Choose at least one student, and only students of this course.")
    counting.lock_people(session, list(chosen))
    if len(chosen) > 1:
        for user_id in _with_later(session, item, until) & chosen.keys():
            del chosen[user_id]
    if not chosen:
        raise ExtensionRefused(
            "Each of them has a later extension already: choose one student alone to shorten it."
        )
    return chosen


def _after(item: CourseAssignment, until: datetime | None, zone: str) -> datetime:
    """A moment to which the assignment can be extended; raises ExtensionRefused."""
    if item.due_at is None:
        raise ExtensionRefused("This assignment has no due time, so there is nothing to extend.")
    if until is None:
        raise ExtensionRefused("Say until when: the new due time is empty.")
    if until <= item.due_at:
        due = full_date(item.due_at, zone)
        raise ExtensionRefused(f"An extension ends after the due time, {due}.")
    return until


def _with_later(session: Session, item: CourseAssignment, due_at: datetime) -> set[int]:
    later = sa.select(Extension.user_id).where(
        Extension.course_assignment_id == item.id, Extension.due_at > due_at
    )
    return set(session.scalars(later))


def _write(
    session: Session,
    actor: Enrolment,
    item: CourseAssignment,
    *,
    users: list[int],
    due_at: datetime,
    reason: str,
) -> None:
    """What is given last takes the place of what was given before."""
    known = {
        row.user_id: row
        for row in session.scalars(
            sa.select(Extension).where(
                Extension.course_assignment_id == item.id, Extension.user_id.in_(users)
            )
        )
    }
    for user_id in users:
        row = known.get(user_id)
        if row is None:
            row = Extension(course_assignment_id=item.id, user_id=user_id)
            session.add(row)
        row.due_at, row.reason = due_at, reason
        row.given_by_id, row.given_at = actor.user_id, now()


def remove(
    session: Session, actor: Enrolment, item: CourseAssignment, *, user_id: int, reason: str
) -> bool:
    """Let the assignment's due time hold again; False without one. Raises ExtensionRefused."""
    why = _reason(reason)
    with change(session):
        row = session.scalar(
            sa.select(Extension).where(
                Extension.course_assignment_id == item.id, Extension.user_id == user_id
            )
        )
        if row is None:
            return False
        until = full_date(row.due_at, actor.course.time_zone)
        session.delete(row)
        counting.recount(session, item, [user_id])
        record(
            session,
            actor,
            "remove extension",
            subject=f"user {user_id}",
            assignment=item.assignment,
            until=until,
            reason=why,
        )
    return True


def _reason(text: str) -> str:
    try:
        return read_reason(text, reader="the log keeps it beside the extension")
    except NoReason as error:
        raise ExtensionRefused(str(error)) from None
