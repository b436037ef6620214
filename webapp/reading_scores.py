"""What graders give a proposal or a review, and what of it its authors see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.clock import now
from webapp.models import Course, PaperReview, Proposal, WrittenScore
from webapp.rubrics import Rubric

LONGEST_COMMENT = 5000


def scores_of(
    session: Session, *, proposal: Proposal | None = None, review: PaperReview | None = None
) -> list[WrittenScore]:
    """Every grader's scores of one proposal or review."""
    statement = sa.select(WrittenScore).options(joinedload(WrittenScore.grader))
    if proposal is not None:
        statement = statement.where(WrittenScore.proposal_id == proposal.id)
    elif review is not None:
        statement = statement.where(WrittenScore.review_id == review.id)
    else:
        return []
    return list(session.scalars(statement.order_by(WrittenScore.id)))


def published_scores(
    session: Session,
    course: Course,
    *,
    proposal: Proposal | None = None,
    review: PaperReview | None = None,
) -> list[WrittenScore]:
    """The scores a student may see: none before the course publishes them."""
    if course.written_scores_published_at is None:
        return []
    return scores_of(session, proposal=proposal, review=review)


@dataclass(frozen=True)
class Marks:
    """What one grader gives: a level's key by item's key, and a comment."""

    selections: Mapping[str, str]
    comment: str


def marks_by(rubric: Rubric, given: Mapping[str, str], comment: str) -> Marks | str:
    """A level for every item of a rubric and the comment, or the sentence why they are no marks."""
    for item in rubric.items:
        if item.level(given.get(item.key)) is None:
            return f"{item.title} has no level yet: choose one of its {len(item.levels)}."
    comment = comment.strip()
    if len(comment) > LONGEST_COMMENT:
        return f"The comment has {len(comment)} characters, expected at most {LONGEST_COMMENT}."
    return Marks({item.key: given[item.key] for item in rubric.items}, comment)


def give_score(
    session: Session,
    grader_id: int,
    marks: Marks,
    *,
    proposal: Proposal | None = None,
    review: PaperReview | None = None,
) -> WrittenScore:
    """Give, or change, one grader's score; the caller commits."""
    given = scores_of(session, proposal=proposal, review=review)
    score = next((s for s in given if s.grader_id == grader_id), None)
    if score is None:
        score = WrittenScore(
            proposal_id=proposal.id if proposal else None,
            review_id=review.id if review else None,
            grader_id=grader_id,
        )
        session.add(score)
    # What an item that is gone now had stays: the item may come back.
    score.selections = {**(score.selections or {}), **marks.selections}
    score.comment, score.updated_at = marks.comment, now()
    return score
