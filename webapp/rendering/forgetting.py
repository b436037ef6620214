"""Copies end with what they are of: when a course or a part of it is erased, its copies are too."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from webapp.rendering.shelf import Shelf

_COPIES = "copies"


def know_copies(sessions: sessionmaker[Session], shelf: Shelf) -> None:
    """Let what is done on these sessions know where copies lie."""
    sessions.configure(info={_COPIES: shelf})


def forget_when_kept(session: Session, course_id: int) -> None:
    """Delete the course's copies as soon as this change is kept; whatever stays is made again."""
    shelf = session.info.get(_COPIES)
    if not isinstance(shelf, Shelf):
        return

    def forget(_session: Session) -> None:
        shelf.forget(course_id)

    sa.event.listen(session, "after_commit", forget, once=True)
