"""What students do with a release: take it."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.database import change
from webapp.handout.queries import taken_by
from webapp.models import CourseAssignment, Enrolment, TakenRelease


def take(session: Session, actor: Enrolment, item: CourseAssignment, digest: str) -> None:
    """Remember which release a student took, so that they hear of the next.

    A course that is over stays as it was.
    """
    if actor.course.archived_at is not None:
        return
    try:
        with change(session):
            row = taken_by(session, item, actor.user_id)
            if row is None:
                row = TakenRelease(course_assignment_id=item.id, user_id=actor.user_id)
                session.add(row)
            row.digest, row.taken_at = digest, now()
    except IntegrityError:  # taken twice at one moment: the other has noted the same
        return
