"""Assignments as they came onto the site, and which release each student took."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base, text_enum


class VersionState(StrEnum):
    """Of the proof: `failed` by a fault of ours, which says nothing about the version."""

    WAITING = "waiting"
    PROVING = "proving"
    SOUND = "sound"
    UNSOUND = "unsound"
    FAILED = "failed"


class AssignmentVersion(Base):
    """One version of an assignment's folder, as an administrator brought it; none is changed.

    `digest` is that of the folder's files. `report` is what `heldout validate` found; a version
    is graded with from `in_use_since` on, the latest of an assignment's being the one in use.
    """

    __tablename__ = "assignment_versions"
    __table_args__ = (sa.UniqueConstraint("assignment", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment: Mapped[str] = mapped_column(sa.String(64))
    digest: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[str] = mapped_column(sa.String(200))
    points: Mapped[float]
    archive: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    size: Mapped[int]
    brought_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    brought_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[VersionState] = mapped_column(
        text_enum(VersionState), default=VersionState.WAITING
    )
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    owner: Mapped[str] = mapped_column(sa.String(120), default="")
    lease_expires_at: Mapped[datetime | None]
    in_use_since: Mapped[datetime | None]

    brought_by: Mapped[User | None] = relationship()

    @property
    def open(self) -> bool:
        """Whether its proof waits or is being made."""
        return self.state in (VersionState.WAITING, VersionState.PROVING)


class TakenRelease(Base):
    """The release of an assignment that somebody took last."""

    __tablename__ = "taken_releases"

    course_assignment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("course_assignments.id"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True, index=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    taken_at: Mapped[datetime] = mapped_column(default=now)
