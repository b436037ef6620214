"""What graders give a proposal or a review, and what of it its authors see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session, joinedload

from webapp.base.clock import now
from webapp.models import Course, PaperReview, Proposal, WrittenScore
from webapp.rubrics.pages import VERSION
from webapp.rubrics.rubrics import Rubric

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


class ReadingRefused(ValueError):
    """What was sent is no reading: one sentence, and the status to answer with."""

    def __init__(self, sentence: str, status: int = 422) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Sent:
    """What a grader sent: a level's key by item's key, and a comment.

    `rubric` is the version of the rubric that they had before them, where that is known. Whoever is
    `exact` names nothing else than items.
    """

    selections: Mapping[str, str]
    comment: str = ""
    rubric: str = ""
    exact: bool = False


@dataclass(frozen=True)
class Marks:
    """What one grader gives: a level's key by item's key, and a comment."""

    selections: Mapping[str, str]
    comment: str


def plain_lines(text: str) -> str:
    """Text whose lines end in one way: browsers send two characters where one was typed."""
    return text.replace("\r\n", "\n")


def marks_by(rubric: Rubric, sent: Sent) -> Marks:
    """A level for every item of a rubric and the comment; raises ReadingRefused.

    The rubric is the one that holds until the caller commits.
    """
    if sent.rubric not in ("", rubric.version):
        raise ReadingRefused(
            "The rubric has changed since you opened it: look at its levels again, then save.", 409
        )
    given, known = sent.selections, [item.key for item in rubric.items]
    unknown = sorted(given.keys() - known) if sent.exact else []
    if unknown:
        raise ReadingRefused(f"The rubric has no item {unknown[0]!r}, expected {', '.join(known)}.")
    for item in rubric.items:
        if item.level(given.get(item.key)) is None:
            raise ReadingRefused(
                f"{item.title} has no level yet: choose one of its {len(item.levels)}."
            )
    comment = plain_lines(sent.comment).strip()
    if len(comment) > LONGEST_COMMENT:
        raise ReadingRefused(
            f"The comment has {len(comment)} characters, expected at most {LONGEST_COMMENT}."
        )
    return Marks({key: given[key] for key in known}, comment)


def lock_work(session: Session, work: Proposal | PaperReview | None) -> None:
    """Let one reading of a work be kept at a time: one that was sent twice is one reading."""
    if work is not None:
        found = sa.select(type(work).id).where(type(work).id == work.id)
        session.execute(found.with_for_update(key_share=True))


def give_score(
    session: Session,
    grader_id: int,
    marks: Marks,
    *,
    proposal: Proposal | None = None,
    review: PaperReview | None = None,
) -> WrittenScore:
    """Give, or change, one grader's score; the caller commits."""
    lock_work(session, proposal or review)
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


def sent_in_form() -> Sent:
    """What a reader sent by a page, and the rubric that it showed."""
    return Sent(request.form, request.form.get("comment", ""), request.form.get(VERSION, ""))
