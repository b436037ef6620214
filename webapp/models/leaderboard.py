"""Leaderboards: which assignments have one, and who takes part under which alias."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base

LONGEST_ALIAS = 24


class Leaderboard(Base):
    """An assignment that has a leaderboard: there is a row while it is on."""

    __tablename__ = "leaderboards"

    course_assignment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("course_assignments.id"), primary_key=True
    )
    opened_at: Mapped[datetime] = mapped_column(default=now)


class LeaderboardEntry(Base):
    """A student who chose to be ranked; `alias_key` is the alias as it must be unique."""

    __tablename__ = "leaderboard_entries"
    __table_args__ = (
        sa.UniqueConstraint("course_assignment_id", "user_id"),
        sa.UniqueConstraint("alias_key", "course_assignment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_assignments.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    alias: Mapped[str] = mapped_column(sa.String(LONGEST_ALIAS))
    alias_key: Mapped[str] = mapped_column(sa.String(LONGEST_ALIAS))
    joined_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()
