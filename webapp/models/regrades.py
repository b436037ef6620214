"""Regrades: a new version of the checks over what was handed in, published or discarded as one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base, text_enum
from webapp.models.courses import CourseAssignment


class RegradeState(StrEnum):
    """`open` until staff publish it or discard it."""

    OPEN = "open"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class Scope(StrEnum):
    """Which attempts are graded again: those that count, or all."""

    COUNTING = "counting"
    ALL = "all"


class Regrade(Base):
    """One press of the button."""

    __tablename__ = "regrades"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_assignment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("course_assignments.id"), index=True
    )
    started_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    scope: Mapped[Scope] = mapped_column(text_enum(Scope), default=Scope.COUNTING)
    section: Mapped[str] = mapped_column(sa.String(60), default="")
    grader_version: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[RegradeState] = mapped_column(text_enum(RegradeState), default=RegradeState.OPEN)
    created_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]

    course_assignment: Mapped[CourseAssignment] = relationship()
    started_by: Mapped[User | None] = relationship()


class RegradeItem(Base):
    """One submission of a regrade: its result before, and after; the same where nothing changed."""

    __tablename__ = "regrade_items"
    __table_args__ = (sa.UniqueConstraint("regrade_id", "submission_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    regrade_id: Mapped[int] = mapped_column(sa.ForeignKey("regrades.id"))
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), index=True)
    old_result_id: Mapped[int] = mapped_column(sa.ForeignKey("results.id"), index=True)
    new_result_id: Mapped[int | None] = mapped_column(sa.ForeignKey("results.id"), index=True)
