"""What instructors do about which assignments their course sets."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.arranging.copying import settings_from
from webapp.arranging.queries import Work, work_of
from webapp.audit.record import record
from webapp.base.clock import now
from webapp.base.database import change
from webapp.courses.assignments import assignments_of
from webapp.courses.erasing import erase
from webapp.models import Course, CourseAssignment, Enrolment
from webapp.rendering.forgetting import forget_when_kept
from webapp.room.keeping import add_up
from webapp.scoring import counting
from webapp.settings.changes import Checked, apply
from webapp.visibility.operations import set_rule
from webapp.visibility.sight import sight_of


class NotArranged(ValueError):
    """The assignments of a course stay as they are: one sentence."""


def move(session: Session, actor: Enrolment, item: CourseAssignment, *, up: bool) -> bool:
    """Move an assignment before the one above it, or after the one below; False at the end."""
    with change(session):
        items = _locked(session, actor.course)
        if item not in items:
            raise NotArranged(f"{item.title} is retired, so it has no place in the order.")
        place = items.index(item)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(items):
            return False
        items[place], items[other] = items[other], items[place]
        _number(session, actor, items)
    return True


def put_in_order(session: Session, actor: Enrolment, names: Sequence[str]) -> None:
    """Put all assignments of the course in this order; raises NotArranged."""
    with change(session):
        items = {item.assignment: item for item in _locked(session, actor.course)}
        if sorted(names) != sorted(items):
            raise NotArranged(
                f"The order names {len(names)} assignments, expected each that the course sets"
                f" once: {', '.join(items) or 'it sets none'}."
            )
        _number(session, actor, [items[name] for name in names])


def retire(session: Session, actor: Enrolment, item: CourseAssignment) -> bool:
    """Take an assignment out of lists, totals and reports; its work is kept. False where it is."""
    with change(session):
        if item.retired_at is not None:
            return False
        item.retired_at = now()
        _count_anew(session, actor.course)
        record(session, actor, "retire assignment", subject=item.assignment)
    return True


def take_back(session: Session, actor: Enrolment, item: CourseAssignment) -> bool:
    """Set a retired assignment again, as it was; False where the course sets it."""
    with change(session):
        if item.retired_at is None:
            return False
        item.retired_at = None
        _count_anew(session, actor.course)
        record(session, actor, "take assignment back", subject=item.assignment)
    return True


def copy_settings(
    session: Session, actor: Enrolment, item: CourseAssignment, source: CourseAssignment
) -> int:
    """Set an assignment as another course does, but for when it opens and is due."""
    where = f"Copied from {source.course.slug}"
    checked = Checked(item)
    for key, value in settings_from(source, item).items():
        checked.read(key, value)
    with change(session):
        changed = apply(session, actor, checked, action="copy settings", reason=where)
        here, there = sight_of(session, item).rule, sight_of(session, source).rule
        if here != there:
            set_rule(session, item, there)
            said = f"{here} → {there}"
            record(
                session, actor, "copy settings", subject=item.assignment, results=said, reason=where
            )
    return changed + (here != there)


def remove(session: Session, actor: Enrolment, item: CourseAssignment, *, typed: str = "") -> Work:
    """Delete an assignment for good, with all its work; what went. Raises NotArranged.

    Where somebody handed in, it must be retired, and its id be typed.
    """
    name, title = item.assignment, item.title
    with change(session):
        counting.lock_course(session, actor.course)
        found = work_of(session, item)
        if found.any and item.retired_at is None:
            raise NotArranged(f"Students handed in to {title}: retire it first, then delete it.")
        if found.under_way:
            raise NotArranged(
                f"{title} is still being graded, compared or imported:"
                " wait until that is done, or cancel it."
            )
        if found.any and typed.strip() != name:
            raise NotArranged(f"This says {typed.strip()[:64]!r}, expected {name} to confirm.")
        erase(session, item)
        forget_when_kept(session, actor.course_id)
        add_up(session, actor.course_id)
        record(
            session,
            actor,
            "delete assignment",
            subject=name,
            submissions=found.submissions,
            students=found.students,
        )
    return found


def _locked(session: Session, course: Course) -> list[CourseAssignment]:
    """What the course sets, in order; one change at a time puts it in another."""
    session.execute(sa.select(Course.id).where(Course.id == course.id).with_for_update())
    return assignments_of(session, course)


def _number(session: Session, actor: Enrolment, items: Sequence[CourseAssignment]) -> None:
    for place, item in enumerate(items):
        item.position = place
    order = ", ".join(item.assignment for item in items)
    record(session, actor, "order assignments", subject=f"course {actor.course.slug}", order=order)


def _count_anew(session: Session, course: Course) -> None:
    """Late days that were spent on what is set no more are free for the rest, and back."""
    if course.late_days:
        counting.recount_course(session, course)
