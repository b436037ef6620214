"""PDFs that nobody had time for when they were handed in: looked at soon, and then kept or refused.

What waits is the rows themselves, so that nothing is forgotten where a process ends.
"""

from __future__ import annotations

import logging
import threading

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.models import Content, CourseArchived, PaperReview, Slide
from webapp.rendering.prepared import Renderings
from webapp.written.operations import keep_what_was_seen
from webapp.written.pdfs import SeenPdf, Waiting, seen_in

log = logging.getLogger("heldout.web")

_LOOK_SECONDS, _AT_ONCE = 2.0, 100


def waiting(session: Session) -> list[Waiting]:
    """What waits to be looked at, the oldest first."""
    slides = sa.select(
        sa.literal("slide").label("what"), Slide.id, Slide.user_id, Slide.sha256, Slide.received_at
    ).where(Slide.looked_at.is_(None))
    reviews = sa.select(
        sa.literal("review").label("what"),
        *(PaperReview.id, PaperReview.user_id, PaperReview.sha256, PaperReview.received_at),
    ).where(PaperReview.looked_at.is_(None), PaperReview.sha256.is_not(None))
    both = sa.union_all(slides, reviews).subquery()
    rows = session.execute(sa.select(both).order_by(both.c.received_at).limit(_AT_ONCE))
    return [Waiting(row.what, row.id, row.user_id, row.sha256) for row in rows]


def look_at_waiting(session: Session, renderings: Renderings) -> int:
    """Have each looked at, and keep what was seen; how many are done."""
    done = 0
    for each in waiting(session):
        found = _seen(session, renderings, each)
        session.rollback()
        if found is None:
            continue
        try:
            done += keep_what_was_seen(session, each, seen=found)
        except CourseArchived:
            continue  # as it was when the course ended
    return done


def _seen(session: Session, renderings: Renderings, each: Waiting) -> SeenPdf | str | None:
    def load() -> bytes:
        read = sa.select(Content.data).where(Content.sha256 == each.sha256)
        return session.scalars(read).one()

    return seen_in(*renderings.desk(each.user_id, None).pdf(each.sha256, load, 0.0))


def keep_looking(engine: sa.Engine, renderings: Renderings, stop: threading.Event) -> None:
    """Again and again, beside the pages; it waits for nothing but the next round."""
    while not stop.wait(_LOOK_SECONDS):
        try:
            with Session(engine) as session:
                look_at_waiting(session, renderings)
        except SQLAlchemyError as error:
            log.warning("handed-in PDFs could not be looked at: %s", error)
