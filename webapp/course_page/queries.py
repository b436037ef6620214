"""What a course announced."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.base.database import Missing
from webapp.base.paging import Slice, page_of_rows
from webapp.models import Announcement

_ROWS = 10


def announcements(session: Session, course_id: int, *, page: int) -> Slice:
    """A page of a course's announcements, newest first."""
    statement = _of(course_id).options(joinedload(Announcement.author))
    return page_of_rows(session, statement, page=page, rows=_ROWS)


def newest_announcement(session: Session, course_id: int) -> Announcement | None:
    """What was announced last."""
    return session.scalar(_of(course_id).limit(1))


def announcement_in(session: Session, course_id: int, number: int) -> Announcement:
    """An announcement of the course; raises Missing."""
    found = session.scalar(_of(course_id).where(Announcement.id == number))
    if found is None:
        raise Missing(f"announcement {number}")
    return found


def _of(course_id: int) -> sa.Select[Announcement]:
    return (
        sa.select(Announcement)
        .where(Announcement.course_id == course_id)
        .order_by(Announcement.announced_at.desc(), Announcement.id.desc())
    )
