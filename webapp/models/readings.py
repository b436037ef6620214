"""How written work is read: by which rubric, by whom, what they gave, and whether names show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base

_ONE = " + ".join(
    f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END"
    for name in ("proposal_id", "review_id", "submission_id")
)


class _Placed:
    """Of which kind of work, in a course or in one written question of it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(24))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    course_assignment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course_assignments.id"))
    question: Mapped[str] = mapped_column(sa.String(64), default="")


class RubricRow(_Placed, Base):
    """The items of one kind of work; without a row, the usual ones or plain points."""

    __tablename__ = "reading_rubrics"
    __table_args__ = (
        sa.UniqueConstraint("course_assignment_id", "question"),
        sa.Index(
            "ix_reading_rubrics_of_a_course",
            "course_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("course_assignment_id IS NULL"),
            postgresql_where=sa.text("course_assignment_id IS NULL"),
        ),
    )

    content: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(default=now)


class Reader(_Placed, Base):
    """Who is to read a work; two rows where there is a second reader.

    An answer is the student's, whichever attempt counts.
    """

    __tablename__ = "readers"
    __table_args__ = (
        sa.UniqueConstraint("proposal_id", "kind", "grader_id"),
        sa.UniqueConstraint("review_id", "grader_id"),
        sa.UniqueConstraint("course_assignment_id", "question", "user_id", "grader_id"),
        sa.Index("ix_readers_place", "course_id", "course_assignment_id", "question"),
    )

    proposal_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("proposals.id", ondelete="CASCADE")
    )
    review_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("paper_reviews.id", ondelete="CASCADE")
    )
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    grader_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)

    grader: Mapped[User] = relationship(foreign_keys=[grader_id])


class Reading(_Placed, Base):
    """One grader's reading of one work: the chosen level's key by item's key, and a comment.

    Points are worked out from these and the rubric, so that a changed rubric applies to all. The
    mean over the readings of an answer is its `ManualGrade`, which alone counts.
    """

    __tablename__ = "readings"
    __table_args__ = (
        sa.UniqueConstraint("proposal_id", "kind", "grader_id"),
        sa.UniqueConstraint("review_id", "grader_id"),
        sa.UniqueConstraint("submission_id", "question", "grader_id"),
        sa.CheckConstraint(f"{_ONE} = 1", name="one_subject"),
        sa.Index("ix_readings_place", "course_id", "course_assignment_id", "question"),
    )

    proposal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("proposals.id"))
    review_id: Mapped[int | None] = mapped_column(sa.ForeignKey("paper_reviews.id"))
    submission_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("submissions.id", ondelete="CASCADE")
    )
    grader_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    selections: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(sa.Text)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    grader: Mapped[User] = relationship()


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
