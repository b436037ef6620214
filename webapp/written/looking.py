"""PDFs that nobody had time for when they were handed in: looked at soon, and then kept or refused.

What waits is the rows themselves, so that nothing is forgotten where a process ends.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Content, Course, CourseArchived, PaperReview, Proposal, Slide, Team
from webapp.rendering.prepared import Renderings
from webapp.written.operations import keep_what_was_seen
from webapp.written.pdfs import SeenPdf, Waiting, seen_in

_AT_ONCE = 100


def waiting(session: Session) -> list[Waiting]:
    """What waits to be looked at, the oldest first; an archived course's stays as it was."""
    slides = (
        sa.select(
            sa.literal("slide").label("what"),
            *(Slide.id, Slide.user_id, Slide.sha256, Slide.received_at),
        )
        .join(Proposal, Slide.proposal_id == Proposal.id)
        .join(Team, Proposal.team_id == Team.id)
        .join(Course, Team.course_id == Course.id)
        .where(Slide.looked_at.is_(None), Course.archived_at.is_(None))
    )
    reviews = (
        sa.select(
            sa.literal("review").label("what"),
            *(PaperReview.id, PaperReview.user_id, PaperReview.sha256, PaperReview.received_at),
        )
        .join(Course, PaperReview.course_id == Course.id)
        .where(PaperReview.looked_at.is_(None), PaperReview.sha256.is_not(None))
        .where(Course.archived_at.is_(None))
    )
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
            continue  # it ended meanwhile
    return done


def _seen(session: Session, renderings: Renderings, each: Waiting) -> SeenPdf | str | None:
    def load() -> bytes:
        read = sa.select(Content.data).where(Content.sha256 == each.sha256)
        return session.scalars(read).one()

    return seen_in(*renderings.desk(each.user_id, None).pdf(each.sha256, load, 0.0))
