"""What students ask of staff, and what staff decide by hand: requests, overrides, notes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base, text_enum
from webapp.models.courses import CourseAssignment
from webapp.models.submissions import Submission


class RequestState(StrEnum):
    """`open` until staff answer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class RegradeRequest(Base):
    """A student asks staff to look at one question again; one at a time for a question.

    It repeats whose and which assignment's submission it is, so that the database itself can hold
    a student to one open request for a question, whatever the attempt.
    """

    __tablename__ = "regrade_requests"
    __table_args__ = (
        sa.Index(
            "uq_regrade_requests_open",
            "course_assignment_id",
            "user_id",
            "question",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_assignments.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), index=True)
    question: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[RequestState] = mapped_column(text_enum(RequestState), default=RequestState.OPEN)
    created_at: Mapped[datetime] = mapped_column(default=now)
    reply: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))

    course_assignment: Mapped[CourseAssignment] = relationship()
    submission: Mapped[Submission] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])


class ScoreOverride(Base):
    """Points that staff set for a question, or with no question for the whole submission.

    What the checks gave stays in the results. `result_id` and `automatic` are the result that
    staff had before them and its points, so that a later regrade can be seen.
    """

    __tablename__ = "score_overrides"
    __table_args__ = (sa.UniqueConstraint("submission_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"))
    question: Mapped[str] = mapped_column(sa.String(64), default="")
    points: Mapped[float]
    reason: Mapped[str] = mapped_column(sa.Text)
    automatic: Mapped[float | None]
    result_id: Mapped[int | None]
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    set_at: Mapped[datetime] = mapped_column(default=now)

    set_by: Mapped[User] = relationship()


class StudentNote(Base):
    """What staff note about a student for one another; students never see it."""

    __tablename__ = "student_notes"
    __table_args__ = (sa.Index("ix_student_notes_student", "course_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(default=now)

    author: Mapped[User] = relationship(foreign_keys=[author_id])


class MessageTemplate(Base):
    """A reply that staff of a course write often."""

    __tablename__ = "message_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(80))
    text: Mapped[str] = mapped_column(sa.Text)
