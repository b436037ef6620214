"""Copies end with what they are of: when a course or a part of it is erased, its copies are too."""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from webapp.rendering.shelf import Shelf

_COPIES, _TO_FORGET = "copies", "courses whose copies to forget"


def know_copies(sessions: sessionmaker[Session], shelf: Shelf) -> None:
    """Let what is done on these sessions know where copies lie."""
    sessions.configure(info={_COPIES: shelf})


def forget_when_kept(session: Session, course_id: int) -> None:
    """Delete the course's copies as soon as this change is kept; whatever stays is made again."""
    session.info.setdefault(_TO_FORGET, set()).add(course_id)


@event.listens_for(Session, "after_commit")
def _forget_copies(session: Session) -> None:
    shelf = session.info.get(_COPIES)
    for course_id in session.info.pop(_TO_FORGET, ()):
        if isinstance(shelf, Shelf):
            shelf.forget(course_id)


@event.listens_for(Session, "after_rollback")
def _keep_copies(session: Session) -> None:
    session.info.pop(_TO_FORGET, None)
