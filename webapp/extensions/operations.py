"""Extensions: a due time of their own for one student or many, with the reason, in the log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.audit.record import record
from webapp.base.clock import now, written
from webapp.courses.people import students_of
from webapp.models import Course, CourseAssignment, Enrolment, Extension, User
from webapp.scoring import counting

LONGEST_REASON = 500


class ExtensionRefused(ValueError):
    """No extension can be given so: one sentence."""


def due_times(session: Session, course: Course, user_id: int) -> dict[int, datetime]:
    """A student's own due times in a course, by the assignment's number."""
    rows = session.execute(
        sa.select(Extension.course_assignment_id, Extension.due_at)
        .join(Extension.course_assignment)
        .where(CourseAssignment.course_id == course.id, Extension.user_id == user_id)
    )
    return {row[0]: row[1] for row in rows}


def of_assignment(session: Session, item: CourseAssignment) -> Sequence[Extension]:
    """Who has more time, by name."""
    return session.scalars(
        sa.select(Extension)
        .join(Extension.user)
        .options(joinedload(Extension.user), joinedload(Extension.given_by))
        .where(Extension.course_assignment_id == item.id)
        .order_by(User.name, User.id)
    ).all()


def of_student(session: Session, course: Course, user_id: int) -> dict[int, Extension]:
    """A student's extensions, by the assignment's number."""
    rows = session.scalars(
        sa.select(Extension)
        .join(Extension.course_assignment)
        .options(joinedload(Extension.given_by))
        .where(CourseAssignment.course_id == course.id, Extension.user_id == user_id)
    )
    return {row.course_assignment_id: row for row in rows}


def chosen_of(
    session: Session, course: Course, users: Iterable[int], section: str = ""
) -> set[int]:
    """Students by their numbers, and everyone of a section if one is named."""
    members = students_of(session, course, section) if section else []
    return {*users, *(user_id for user_id, _, _ in members)}


def give(
    session: Session,
    enrolment: Enrolment,
    item: CourseAssignment,
    *,
    users: Collection[int],
    due_at: datetime | None,
    reason: str,
) -> int:
    """Give these students until `due_at`; how many. Commits; raises ExtensionRefused.

    Among several students whoever has a later extension keeps it. `by` tells the log what it was
    done with, where that is no page.
    """
    why, until = _reason(reason), _after(item, due_at, enrolment.course.time_zone)
    chosen = {row[0]: row[1] for row in students_of(session, enrolment.course) if row[0] in users}
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
    _write(session, enrolment, item, users=list(chosen), due_at=until, reason=why)
    counting.recount(session, item, list(chosen))
    for user_id, name in chosen.items():
        record(
            session,
            enrolment,
            "give extension",
            subject=f"user {user_id}",
            student=name,
            assignment=item.assignment,
            until=written(until, enrolment.course.time_zone),
            reason=why,
        )
    session.commit()
    return len(chosen)


def _after(item: CourseAssignment, until: datetime | None, zone: str) -> datetime:
    """A moment to which the assignment can be extended; raises ExtensionRefused."""
    if item.due_at is None:
        raise ExtensionRefused("This assignment has no due time, so there is nothing to extend.")
    if until is None:
        raise ExtensionRefused("Say until when: the new due time is empty.")
    if until <= item.due_at:
        due = written(item.due_at, zone)
        raise ExtensionRefused(f"An extension ends after the due time, {due}.")
    return until


def _with_later(session: Session, item: CourseAssignment, due_at: datetime) -> set[int]:
    later = sa.select(Extension.user_id).where(
        Extension.course_assignment_id == item.id, Extension.due_at > due_at
    )
    return set(session.scalars(later))


def _write(
    session: Session,
    enrolment: Enrolment,
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
        row.given_by_id, row.given_at = enrolment.user_id, now()


def remove(
    session: Session,
    enrolment: Enrolment,
    item: CourseAssignment,
    *,
    user_id: int,
    reason: str,
) -> bool:
    """Let the assignment's due time hold again; False without an extension. Commits."""
    why = _reason(reason)
    row = session.scalar(
        sa.select(Extension).where(
            Extension.course_assignment_id == item.id, Extension.user_id == user_id
        )
    )
    if row is None:
        return False
    until = written(row.due_at, enrolment.course.time_zone)
    session.delete(row)
    counting.recount(session, item, [user_id])
    record(
        session,
        enrolment,
        "remove extension",
        subject=f"user {user_id}",
        assignment=item.assignment,
        until=until,
        reason=why,
    )
    session.commit()
    return True


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise ExtensionRefused("Say why: the log keeps it beside the extension.")
    if len(reason) > LONGEST_REASON:
        raise ExtensionRefused(
            f"The reason has {len(reason)} characters, expected at most {LONGEST_REASON}."
        )
    return reason
