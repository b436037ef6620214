"""Selects of the written option: teams, proposals, reviews and drafts; nothing here writes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from webapp.base.database import Missing
from webapp.models import (
    Course,
    Enrolment,
    PaperReview,
    Proposal,
    ReviewDraft,
    Slide,
    Team,
    TeamMember,
)
from webapp.written.rules import WrittenOption


def option_of(session: Session, course: Course, user_id: int) -> WrittenOption:
    """A student's team and review."""
    review = review_of(session, course.id, user_id)
    return WrittenOption(
        team_of(session, course.id, user_id), review if review and review.counts else None
    )


def team_of(session: Session, course_id: int, user_id: int) -> Team | None:
    """A student's team with members, proposal and slides."""
    return session.scalar(
        sa.select(Team)
        .where(Team.course_id == course_id, Team.members.any(TeamMember.user_id == user_id))
        .options(
            selectinload(Team.members).joinedload(TeamMember.user),
            joinedload(Team.proposal).selectinload(Proposal.slides),
        )
    )


def review_of(session: Session, course_id: int, user_id: int) -> PaperReview | None:
    """A student's paper review."""
    return session.scalar(
        sa.select(PaperReview).where(
            PaperReview.course_id == course_id, PaperReview.user_id == user_id
        )
    )


def draft_of(session: Session, course_id: int, user_id: int) -> ReviewDraft | None:
    """A student's draft."""
    return session.scalar(
        sa.select(ReviewDraft).where(
            ReviewDraft.course_id == course_id, ReviewDraft.user_id == user_id
        )
    )


def proposal_in(session: Session, enrolment: Enrolment, proposal_id: int) -> Proposal:
    """A proposal of the course: one's own team's, or any for staff; raises Missing."""
    proposal = session.scalar(
        sa.select(Proposal)
        .join(Proposal.team)
        .options(
            joinedload(Proposal.team).selectinload(Team.members).joinedload(TeamMember.user),
            selectinload(Proposal.slides).options(undefer(Slide.thumbnail)),
        )
        .where(Proposal.id == proposal_id, Team.course_id == enrolment.course_id)
    )
    if proposal is None:
        raise Missing
    members = {member.user_id for member in proposal.team.members}
    if not enrolment.is_staff and enrolment.user_id not in members:
        raise Missing
    return proposal


def review_in(session: Session, enrolment: Enrolment, review_id: int) -> PaperReview:
    """A review of the course: one's own, or any for staff; raises Missing."""
    review = session.scalar(
        sa.select(PaperReview)
        .options(joinedload(PaperReview.user), undefer(PaperReview.thumbnail))
        .where(PaperReview.id == review_id, PaperReview.course_id == enrolment.course_id)
    )
    if review is None or not (enrolment.is_staff or review.user_id == enrolment.user_id):
        raise Missing
    return review
