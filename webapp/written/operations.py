"""Drafts of paper reviews: saved while they are written, never one window over another.

Every save names the revision that it was written on. A save on an older one changes nothing and
is told so: another window saved meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.models import PaperReview, ReviewDraft
from webapp.written import printed_length as page_length

LONGEST_BODY, LONGEST_PAPER = 12_000, 300


class DraftRefused(ValueError):
    """A text cannot be saved or handed in: one sentence."""


class DraftConflict(ValueError):
    """Another window saved meanwhile; nothing was changed."""


@dataclass(frozen=True)
class Text:
    """What a student writes."""

    paper: str
    body: str

    def __post_init__(self) -> None:
        """Refuse what is longer than a page can be."""
        if len(self.body) > LONGEST_BODY or len(self.paper) > LONGEST_PAPER:
            raise DraftRefused(
                f"The review has {len(self.body)} characters, expected at most {LONGEST_BODY} "
                f"(one page), and the reference {len(self.paper)}, expected at most "
                f"{LONGEST_PAPER}."
            )


def draft_of(session: Session, course_id: int, user_id: int) -> ReviewDraft | None:
    """A student's draft."""
    return session.scalar(
        sa.select(ReviewDraft).where(
            ReviewDraft.course_id == course_id, ReviewDraft.user_id == user_id
        )
    )


def save_draft(
    session: Session, course_id: int, user_id: int, *, text: Text, revision: int
) -> ReviewDraft:
    """Save a text that was written on that revision; raises DraftConflict; commits."""
    values = {"paper": text.paper, "body": text.body, "saved_at": now()}
    if revision == 0:
        session.add(ReviewDraft(course_id=course_id, user_id=user_id, revision=1, **values))
        try:
            session.commit()
        except IntegrityError:
            session.rollback()
            raise DraftConflict from None
    else:
        changed = session.execute(
            sa.update(ReviewDraft)
            .where(
                ReviewDraft.course_id == course_id,
                ReviewDraft.user_id == user_id,
                ReviewDraft.revision == revision,
            )
            .values(revision=revision + 1, **values)
            .returning(ReviewDraft.id)
        ).all()
        if not changed:
            session.rollback()
            raise DraftConflict
        session.commit()
    draft = draft_of(session, course_id, user_id)
    assert draft is not None
    return draft


def hand_in(session: Session, draft: ReviewDraft) -> PaperReview:
    """Make the draft the review that is read, if it fits one page; commits."""
    pages = page_length.pages(draft.body)
    if pages > 1:
        raise DraftRefused(
            f"The review fills {pages:.2f} pages, expected at most 1: shorten it. "
            "What you wrote is kept as a draft."
        )
    owner = (PaperReview.course_id == draft.course_id, PaperReview.user_id == draft.user_id)
    review = session.scalar(sa.select(PaperReview).where(*owner))
    if review is None:
        review = PaperReview(course_id=draft.course_id, user_id=draft.user_id)
        session.add(review)
    review.body, review.paper, review.received_at = draft.body, draft.paper, now()
    session.commit()
    return review
