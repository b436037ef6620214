"""Leaderboards: which assignments have one, and who takes part under which alias."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base

LONGEST_ALIAS = 24


class BoardState(StrEnum):
    """What students see of a leaderboard: nothing, ranks by its rows, or the final ranks."""

    NONE = "none"
    CLOSED = "closed"
    OPEN = "open"
    FINAL = "final"


class Leaderboard(Base):
    """An assignment that has a leaderboard: closed unless `opened_at` says since when it is not.

    `revealed_at` is when staff revealed the final ranks, which only an open one has.
    """

    __tablename__ = "leaderboards"

    course_assignment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("course_assignments.id"), primary_key=True
    )
    opened_at: Mapped[datetime | None]
    revealed_at: Mapped[datetime | None]

    @property
    def state(self) -> BoardState:
        """What students see of it."""
        if self.opened_at is None:
            return BoardState.CLOSED
        return BoardState.OPEN if self.revealed_at is None else BoardState.FINAL


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
