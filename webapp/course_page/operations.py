"""Writing the course's page and announcing, never one window over another.

Every edit names the version that it was made on; one that was made on another changes nothing.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import record
from webapp.base.database import change
from webapp.course_page.queries import announcement_in
from webapp.course_page.texts import (
    LONGEST_PAGE,
    News,
    TextConflict,
    require_fitting,
    version_of,
)
from webapp.models import Announcement, Course, Enrolment


def save_page(session: Session, actor: Enrolment, *, text: str, seen: str) -> None:
    """Show another page than the version `seen`; raises TextRefused and TextConflict."""
    require_fitting(text, LONGEST_PAGE)
    with change(session):
        current = session.scalars(sa.select(Course.page).where(Course.id == actor.course_id)).one()
        _require_seen(version_of(current), seen)
        same = sa.and_(Course.id == actor.course_id, Course.page == current)
        _replace(session, sa.update(Course).where(same).values(page=text).returning(Course.id))
        subject = actor.course.slug
        record(session, actor, "change course page", subject=subject, characters=len(text))


def announce(session: Session, actor: Enrolment, news: News) -> Announcement:
    """Tell everyone of the course, as of now."""
    with change(session):
        made = Announcement(
            course_id=actor.course_id, author_id=actor.user_id, title=news.title, text=news.text
        )
        session.add(made)
        record(session, actor, "announce", subject=news.title)
    return made


def change_announcement(
    session: Session, actor: Enrolment, number: int, *, news: News, seen: str
) -> None:
    """Correct an announcement; its date stays. Raises Missing and TextConflict."""
    with change(session):
        unchanged = _unchanged(session, actor, number, seen)
        values = {"title": news.title, "text": news.text}
        _replace(
            session,
            sa.update(Announcement).where(unchanged).values(values).returning(Announcement.id),
        )
        record(session, actor, "change announcement", subject=news.title)


def remove_announcement(session: Session, actor: Enrolment, number: int, *, seen: str) -> None:
    """Take an announcement back; raises Missing, and TextConflict where it says something else."""
    with change(session):
        title = announcement_in(session, actor.course_id, number).title
        unchanged = _unchanged(session, actor, number, seen)
        _replace(session, sa.delete(Announcement).where(unchanged).returning(Announcement.id))
        record(session, actor, "remove announcement", subject=title)


def _unchanged(
    session: Session, actor: Enrolment, number: int, seen: str
) -> sa.ColumnElement[bool]:
    """That the announcement is the version that was seen, to be held by the statement itself."""
    found = announcement_in(session, actor.course_id, number)
    _require_seen(version_of(found.title, found.text), seen)
    return sa.and_(
        Announcement.id == number,
        Announcement.title == found.title,
        Announcement.text == found.text,
    )


def _require_seen(current: str, seen: str) -> None:
    if current != seen:
        raise TextConflict


def _replace(session: Session, statement: Any) -> None:
    """Change one row, unless somebody was quicker."""
    if not session.execute(statement).all():
        raise TextConflict
