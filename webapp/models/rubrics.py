"""How written work is read: rubrics, kept comments, who reads what, and whether names show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base


class RubricRow(Base):
    """A course's items for one kind of work; a course without a row has the usual two."""

    __tablename__ = "rubrics"
    __table_args__ = (sa.UniqueConstraint("course_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    kind: Mapped[str] = mapped_column(sa.String(12))
    content: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(default=now)


class ReadingRules(Base):
    """Whether the staff of a course read without names; a course without a row reads with them."""

    __tablename__ = "reading_rules"

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), primary_key=True)
    names_hidden: Mapped[bool]


class BankComment(Base):
    """A comment that the graders of a course give often."""

    __tablename__ = "bank_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)


class ReadingDuty(Base):
    """Who is to read a proposal or a review; two rows where there is a second reader."""

    __tablename__ = "reading_duties"
    __table_args__ = (
        sa.UniqueConstraint("proposal_id", "grader_id"),
        sa.UniqueConstraint("review_id", "grader_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("proposals.id", ondelete="CASCADE")
    )
    review_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("paper_reviews.id", ondelete="CASCADE")
    )
    grader_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)

    grader: Mapped[User] = relationship()
