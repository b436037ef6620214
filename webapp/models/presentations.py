"""Presentation day: the running order of the teams, and what staff give each minute."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base


class PresentationPlace(Base):
    """A proposal's place in the running order of its course."""

    __tablename__ = "presentation_places"

    proposal_id: Mapped[int] = mapped_column(
        sa.ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True
    )
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), index=True)
    position: Mapped[int]


class PresentationScore(Base):
    """One grader's view of a presentation: the chosen level's key by item's key."""

    __tablename__ = "presentation_scores"
    __table_args__ = (sa.UniqueConstraint("proposal_id", "grader_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposals.id", ondelete="CASCADE"))
    grader_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    selections: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(sa.Text)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    grader: Mapped[User] = relationship()
