"""What is done in the written option: handing in proposals and reviews, and staff's lists.

A review's draft is saved while it is written, never one window over another: every save names the
revision that it was written on. A save on an older one changes nothing and is told so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.audit.record import record
from webapp.base.clock import now
from webapp.base.database import change
from webapp.models import (
    Content,
    Enrolment,
    PaperList,
    PaperReview,
    Proposal,
    ProposalExamples,
    ReviewDraft,
    Slide,
    User,
)
from webapp.room.keeping import add_up
from webapp.room.queries import files_of, rooms_of
from webapp.site.uploads import FileRefused, Upload, store
from webapp.written.examples import Example, as_text, fitting_examples
from webapp.written.papers import fitting_references
from webapp.written.pdfs import SeenPdf, Waiting
from webapp.written.queries import draft_of, review_of
from webapp.written.review_text import DraftConflict, DraftRefused, ReviewText
from webapp.written.rules import TextRefused

_LONGEST_TITLE, _LONGEST_ABSTRACT = 160, 2000


def save_proposal_text(session: Session, proposal: Proposal, *, title: str, abstract: str) -> None:
    """Save a team's title and abstract; raises TextRefused."""
    if len(title) > _LONGEST_TITLE or len(abstract) > _LONGEST_ABSTRACT:
        raise TextRefused(
            f"The title has {len(title)} characters (at most {_LONGEST_TITLE}), the abstract "
            f"{len(abstract)} (at most {_LONGEST_ABSTRACT}): shorten what is too long."
        )
    with change(session):
        proposal.title, proposal.abstract, proposal.updated_at = title, abstract, now()


def hand_in_slide(
    session: Session,
    actor: Enrolment,
    proposal: Proposal,
    *,
    upload: Upload,
    seen: SeenPdf | None,
) -> Slide:
    """Hand in a slide beside those before; a late one is kept and marked. Raises FileRefused.

    Without `seen` it is looked at later, and may be refused then.
    """
    _require_one_page(seen, "slide")
    with change(session):
        _require_room(session, actor, upload)
        store(session, upload)
        slide = Slide(
            proposal_id=proposal.id,
            user_id=actor.user_id,
            filename=upload.filename,
            size=len(upload.data),
            sha256=upload.sha256,
            thumbnail=seen.thumbnail_png if seen else b"",
            looked_at=now() if seen else None,
        )
        session.add(slide)
        add_up(session, actor.course_id, actor.user_id)
    return slide


def save_draft(
    session: Session, actor: Enrolment, *, text: ReviewText, revision: int
) -> ReviewDraft:
    """Save a text that was written on that revision; raises DraftConflict."""
    values = {"paper": text.paper, "body": text.body, "saved_at": now()}
    owner = {"course_id": actor.course_id, "user_id": actor.user_id}
    with change(session):
        if revision == 0:
            _first_draft(session, ReviewDraft(**owner, revision=1, **values))
        else:
            _next_draft(session, owner, revision, values)
    draft = draft_of(session, owner["course_id"], owner["user_id"])
    assert draft is not None
    return draft


def _first_draft(session: Session, draft: ReviewDraft) -> None:
    session.add(draft)
    try:
        session.flush()
    except IntegrityError:
        raise DraftConflict from None


def _next_draft(
    session: Session, owner: dict[str, int], revision: int, values: dict[str, object]
) -> None:
    changed = session.execute(
        sa.update(ReviewDraft)
        .filter_by(**owner, revision=revision)
        .values(revision=revision + 1, **values)
        .returning(ReviewDraft.id)
    ).all()
    if not changed:
        raise DraftConflict


def hand_in_review(
    session: Session, actor: Enrolment, draft: ReviewDraft, *, pages: float
) -> PaperReview:
    """Make the draft the review that is read, if it fits one page; raises DraftRefused.

    `pages` is how much of a page it fills; 0 where that is not known yet, which is no reason to
    turn it away.
    """
    if pages > 1:
        raise DraftRefused(
            f"The review fills {pages:.2f} pages, expected at most 1: shorten it. "
            "What you wrote is kept as a draft."
        )
    with change(session):
        review = _own_review(session, actor)
        review.body, review.paper, review.received_at = draft.body, draft.paper, now()
    return review


def hand_in_review_file(
    session: Session, actor: Enrolment, *, upload: Upload, seen: SeenPdf | None
) -> PaperReview:
    """Hand in the review as a PDF; the Markdown stays as it is. Raises FileRefused.

    Without `seen` it is looked at later, as a slide is.
    """
    _require_one_page(seen, "review")
    with change(session):
        review = _own_review(session, actor)
        _require_room(session, actor, upload, replaced=review.sha256)
        store(session, upload)
        review.filename, review.sha256 = upload.filename, upload.sha256
        review.thumbnail, review.received_at = (seen.thumbnail_png if seen else b""), now()
        review.looked_at, review.refusal = (now() if seen else None), ""
        add_up(session, actor.course_id, actor.user_id)
    return review


def keep_what_was_seen(session: Session, waiting: Waiting, *, seen: SeenPdf | str) -> bool:
    """Keep a PDF's picture, or why it is refused; False where another is there meanwhile."""
    refusal = seen if isinstance(seen, str) else _refusal(seen, waiting.what)
    table = Slide if waiting.what == "slide" else PaperReview
    values: dict[str, Any] = {"looked_at": now(), "refusal": refusal[:300]}
    if not isinstance(seen, str):
        values["thumbnail"] = seen.thumbnail_png
    with change(session):
        changed = session.execute(
            sa.update(table)
            .where(table.id == waiting.id, table.sha256 == waiting.sha256)
            .where(table.looked_at.is_(None))
            .values(values)
            .returning(table.id)
        ).all()
    return bool(changed)


def _require_room(
    session: Session, actor: Enrolment, upload: Upload, replaced: str | None = None
) -> None:
    """Raise FileRefused for what does not fit; what takes no more room than before always fits."""
    student = sa.select(User.id).where(User.id == actor.user_id)
    session.execute(student.with_for_update(key_share=True))
    files = files_of(actor.course_id, actor.user_id)
    sizes = sa.select(Content.size).join(files, Content.sha256 == files.c.sha256)
    if session.scalar(sizes.where(Content.sha256 == upload.sha256)) is not None:
        return
    freed = session.scalar(sizes.where(Content.sha256 == replaced)) or 0
    added = len(upload.data) - freed
    rooms = rooms_of(session, actor.course, actor.user_id)
    refusal = rooms.refusal(added, "export it as a smaller PDF") if added > 0 else ""
    if refusal:
        raise FileRefused(refusal)


def _require_one_page(seen: SeenPdf | None, what: str) -> None:
    refusal = _refusal(seen, what) if seen else ""
    if refusal:
        raise FileRefused(refusal)


def _refusal(seen: SeenPdf, what: str) -> str:
    if seen.pages == 1:
        return ""
    return f"The PDF has {seen.pages} pages, expected 1: a {what} is one page."


def _own_review(session: Session, actor: Enrolment) -> PaperReview:
    review = review_of(session, actor.course_id, actor.user_id)
    if review is None:
        review = PaperReview(course_id=actor.course_id, user_id=actor.user_id)
        session.add(review)
    return review


def suggest_papers(session: Session, actor: Enrolment, references: Iterable[str]) -> int:
    """Suggest other papers; what students chose already stays. How many; or PaperListError."""
    fitting = fitting_references(references)
    with change(session):
        row = session.get(PaperList, actor.course_id)
        if row is None:
            row = PaperList(course_id=actor.course_id)
            session.add(row)
        row.content = "\n".join(fitting)
        subject = actor.course.slug
        record(session, actor, "change suggested papers", subject=subject, papers=len(fitting))
    return len(fitting)


def show_examples(session: Session, actor: Enrolment, examples: Iterable[Example]) -> int:
    """Show other examples of proposals than before. How many; raises ExamplesError."""
    fitting = fitting_examples(examples)
    with change(session):
        row = session.get(ProposalExamples, actor.course_id)
        if row is None:
            row = ProposalExamples(course_id=actor.course_id)
            session.add(row)
        row.content = as_text(fitting)
        subject = actor.course.slug
        record(session, actor, "change example proposals", subject=subject, examples=len(fitting))
    return len(fitting)
