"""What becomes of a course: copied for the next term, archived and taken back, deleted."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.administration.new_course import CourseRefused, NewCourse
from webapp.administration.operations import Made, a_new_course, make_course
from webapp.audit.record import KINDS, SiteActor, record
from webapp.base.clock import now
from webapp.base.database import change, takes_the_one_lock
from webapp.courses.erasing import erase
from webapp.models import AuditEntry, Course, RosterFile
from webapp.models.archived import lifted
from webapp.queue import stopping
from webapp.rendering.forgetting import forget_when_kept
from webapp.similarity import operations as similarity
from webapp.terms.copying import take_over
from webapp.terms.queries import Waiting, what_a_course_has, what_waits
from webapp.terms.weeks import Move


class WorkWaits(Exception):
    """A course is not archived yet, since work in it waits for a worker: one sentence."""

    def __init__(self, waiting: Waiting) -> None:
        super().__init__(
            f"{waiting.words} in this course: wait for it, or say that archiving cancels it."
        )


class NotConfirmed(Exception):
    """A course is not deleted, since something else than its short name was typed."""

    def __init__(self, typed: str, slug: str) -> None:
        super().__init__(f"This says {typed[:60]!r}, expected {slug!r}: nothing was deleted.")


def copy_course(session: Session, actor: SiteActor, old: Course, new: NewCourse) -> Made:
    """Make a course that is taught as the old one; raises CourseRefused.

    Where the new one has a first day, its times are those of the old one by week, weekday and
    clock; otherwise they are empty.
    """
    move = _move(old, new)
    with a_new_course(session, new):
        made = make_course(session, actor, new)
        taken = take_over(session, old, made.course, move)
        about = SiteActor(actor.user_id, made.course.id)
        detail = {"from": old.slug, "term": new.term, "assignments": taken}
        record(session, about, "copy course", subject=f"course {new.slug}", **detail)
    return made


def _move(old: Course, new: NewCourse) -> Move | None:
    if new.starts_on is None:
        return None
    if old.starts_on is None:
        raise CourseRefused(
            {
                "starts_on": f"{old.slug} has no first day to count its weeks from: set it in its"
                " settings first, or leave the first day of the copy empty."
            }
        )
    return Move(old.starts_on, new.starts_on, old.time_zone)


def archive_course(
    session: Session, actor: SiteActor, course: Course, *, cancel_waiting: bool = False
) -> bool:
    """Make a course read-only; False where it is already. Raises WorkWaits.

    First nobody may change anything in it, which waits for changes that are being made; then what
    waits or runs is cancelled. In one change the two could wait for each other.
    """
    course_id, slug = course.id, course.slug
    with lifted(session), change(session):
        _hold(session, course)
        if course.archived_at is not None:
            return False
        waiting = what_waits(session, course_id)
        if waiting and not cancel_waiting:
            raise WorkWaits(waiting)
        course.archived_at = now()
        detail = {"cancelled": waiting.words} if waiting else {}
        about = SiteActor(actor.user_id, course_id)
        record(session, about, "archive course", subject=f"course {slug}", **detail)
    with lifted(session), change(session):
        stopping.stop_all(session, course_id)
        similarity.stop_reports(session, course_id)
        # A roster that somebody looks at is not taken in any more.
        session.execute(sa.delete(RosterFile).where(RosterFile.course_id == course_id))
    return True


def take_back_course(session: Session, actor: SiteActor, course: Course) -> bool:
    """Let an archived course change again; False where it is not archived."""
    with lifted(session), change(session):
        _hold(session, course)
        if course.archived_at is None:
            return False
        course.archived_at = None
        about = SiteActor(actor.user_id, course.id)
        record(session, about, "take course back", subject=f"course {course.slug}")
    return True


def delete_course(session: Session, actor: SiteActor, course: Course, *, typed: str) -> None:
    """Delete a course with everything in it, once its short name was typed; raises NotConfirmed.

    Accounts stay, and so does what the site's log says of the course, this line included.
    """
    course_id, slug = course.id, course.slug
    if typed.strip() != slug:
        raise NotConfirmed(typed.strip(), slug)
    detail: dict[str, object] = {"title": course.title, "term": course.term}
    detail |= what_a_course_has(session, course_id).told()
    with lifted(session), change(session):
        _hold(session, course)
        _keep_what_the_site_did(session, course_id)
        erase(session, course)
        forget_when_kept(session, course_id)
        site = SiteActor(actor.user_id)
        record(session, site, "delete course", subject=f"course {slug}", **detail)


def _keep_what_the_site_did(session: Session, course_id: int) -> None:
    """What administrators did about the course stays in the log when the course is gone."""
    _, actions = KINDS["site"]
    theirs = sa.and_(AuditEntry.course_id == course_id, AuditEntry.action.in_(actions))
    session.execute(sa.update(AuditEntry).where(theirs).values(course_id=None))


def _hold(session: Session, course: Course) -> None:
    """Look at the course anew, and keep every other change of it out until this one is over."""
    takes_the_one_lock(session)
    session.refresh(course, with_for_update=True)
