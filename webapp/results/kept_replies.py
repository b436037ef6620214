"""Replies that a course's staff write often: chosen from a list instead of typed again."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Course, MessageTemplate

MOST = 50
LONGEST_TITLE, LONGEST_TEXT = 80, 2000


def of(session: Session, course: Course) -> Sequence[MessageTemplate]:
    """A course's replies by title."""
    return session.scalars(
        sa.select(MessageTemplate)
        .where(MessageTemplate.course_id == course.id)
        .order_by(MessageTemplate.title, MessageTemplate.id)
    ).all()


def refusal(session: Session, course: Course, title: str, text: str) -> str:
    """Why a reply cannot be kept; empty where it can."""
    if not title or not text:
        return "A kept reply needs a title and a text."
    if len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT:
        return f"A title has at most {LONGEST_TITLE} characters, a reply at most {LONGEST_TEXT}."
    if len(of(session, course)) >= MOST:
        return f"There are {MOST} replies, the most that are kept: remove one first."
    return ""
