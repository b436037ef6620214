"""What is done about room: instructors give it to students, administrators to courses.

Nothing that is there is taken away; what comes next must fit.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp.audit.record import SiteActor, record
from webapp.base.database import change
from webapp.base.numbers import as_given
from webapp.models import Course, Enrolment
from webapp.room.room import LEAST_MB, MOST_MB


class NotRoom(ValueError):
    """No such room can be given: one sentence."""


def change_student_room(session: Session, actor: Enrolment, megabytes: float) -> None:
    """Let each student of the course have so many MB. Raises NotRoom."""
    course, most = actor.course, _checked(megabytes, most=actor.course.room_mb)
    with change(session):
        was, course.student_room_mb = course.student_room_mb, most
        said = {"a student's room": f"{was} → {most} MB"}
        record(session, actor, "change room", subject=course.slug, **said)


def change_course_room(
    session: Session, actor: SiteActor, course: Course, megabytes: float
) -> None:
    """Let a course have so many MB. Raises NotRoom."""
    most, course_id = _checked(megabytes, most=MOST_MB), course.id
    with change(session):
        was, course.room_mb = course.room_mb, most
        about = SiteActor(actor.user_id, course_id)
        said = {"the course's room": f"{was} → {most} MB"}
        record(session, about, "change room of course", subject=f"course {course.slug}", **said)


def _checked(megabytes: float, *, most: int) -> int:
    if LEAST_MB <= megabytes <= most and float(megabytes).is_integer():
        return int(megabytes)
    raise NotRoom(
        f"This says {as_given(megabytes)[:40]!r}, expected a whole number of MB, {LEAST_MB} to"
        f" {most:,}."
    )
