"""How the written answers of notebooks are read: a question's rubric, its readers, their marks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base


class AnswerRubric(Base):
    """The items of one written question; a question without a row is given plain points."""

    __tablename__ = "answer_rubrics"
    __table_args__ = (sa.UniqueConstraint("course_assignment_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_assignments.id"))
    question: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(default=now)


class AnswerDuty(Base):
    """Who is to read a student's answer to a question, whichever attempt counts."""

    __tablename__ = "answer_duties"
    __table_args__ = (
        sa.UniqueConstraint("course_assignment_id", "question", "user_id", "grader_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_assignments.id"))
    question: Mapped[str] = mapped_column(sa.String(64))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    grader_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)

    grader: Mapped[User] = relationship(foreign_keys=[grader_id])


class AnswerReading(Base):
    """One grader's reading of an answer: the chosen level's key by item's key, and a comment.

    The mean over the readings is the answer's `ManualGrade`, which alone counts.
    """

    __tablename__ = "answer_readings"
    __table_args__ = (sa.UniqueConstraint("submission_id", "question", "grader_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(
        sa.ForeignKey("submissions.id", ondelete="CASCADE"), index=True
    )
    question: Mapped[str] = mapped_column(sa.String(64))
    grader_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    selections: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(sa.Text)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    grader: Mapped[User] = relationship()


class ProposalExamples(Base):
    """The examples of proposals that a course shows; without a row, the usual ones."""

    __tablename__ = "proposal_examples"

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), primary_key=True)
    content: Mapped[str] = mapped_column(sa.Text)
