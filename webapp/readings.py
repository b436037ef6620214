"""Staff's reading of the written option: two criteria, a comment, published together."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from webapp.clock import now
from webapp.models import (
    Course,
    PaperReview,
    Proposal,
    Team,
    TeamMember,
    WrittenScore,
)

LARGEST_SCORE = 5
CRITERIA = {
    "clarity": "Clarity of writing",
    "communication": "Technical communication of the main ideas",
}


@dataclass(frozen=True)
class Reading:
    """One proposal or review in the staff's list."""

    kind: str
    id: int
    title: str
    authors: str
    scores: tuple[WrittenScore, ...]
    proposal: Proposal | None = None
    review: PaperReview | None = None


def readings(session: Session, course: Course) -> list[Reading]:
    """Everything there is to read in a course, with its scores so far: a fixed few statements."""
    proposals = session.scalars(
        sa.select(Proposal)
        .join(Proposal.team)
        .where(Team.course_id == course.id)
        .options(
            joinedload(Proposal.team).selectinload(Team.members).joinedload(TeamMember.user),
            selectinload(Proposal.slides),
        )
        .order_by(Proposal.id)
    ).all()
    reviews = session.scalars(
        sa.select(PaperReview)
        .where(PaperReview.course_id == course.id)
        .options(joinedload(PaperReview.user))
        .order_by(PaperReview.id)
    ).all()
    scores = session.scalars(
        sa.select(WrittenScore)
        .options(joinedload(WrittenScore.grader))
        .outerjoin(PaperReview, WrittenScore.review_id == PaperReview.id)
        .outerjoin(Proposal, WrittenScore.proposal_id == Proposal.id)
        .outerjoin(Team, Proposal.team_id == Team.id)
        .where(sa.or_(PaperReview.course_id == course.id, Team.course_id == course.id))
    ).all()
    return [
        Reading(
            "proposal",
            proposal.id,
            proposal.title or "Untitled proposal",
            f"{proposal.team.name}: " + ", ".join(m.user.name for m in proposal.team.members),
            tuple(s for s in scores if s.proposal_id == proposal.id),
            proposal=proposal,
        )
        for proposal in proposals
    ] + [
        Reading(
            "review",
            review.id,
            review.paper or "No paper named yet",
            review.user.name,
            tuple(s for s in scores if s.review_id == review.id),
            review=review,
        )
        for review in reviews
    ]


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
    """What one grader gives."""

    clarity: int
    communication: int
    comment: str


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
    score.clarity, score.communication = marks.clarity, marks.communication
    score.comment, score.updated_at = marks.comment, now()
    return score
