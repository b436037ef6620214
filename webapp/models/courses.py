"""Courses, who takes part in them, and which assignments they set."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base, text_enum

DEFAULT_TIME_ZONE = "America/New_York"
STUDENT_ROOM_MB, ROOM_MB = 200, 20_000


class Role(StrEnum):
    """What someone is in one course."""

    STUDENT = "student"
    GRADER = "grader"
    INSTRUCTOR = "instructor"


STAFF = (Role.GRADER, Role.INSTRUCTOR)


class Course(Base):
    """A course with its own time zone, rules and deadlines of the written option."""

    __tablename__ = "courses"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    term: Mapped[str] = mapped_column(sa.String(60), default="")
    time_zone: Mapped[str] = mapped_column(sa.String(60), default=DEFAULT_TIME_ZONE)
    # The first day of teaching: a copy of the course counts its weeks from here.
    starts_on: Mapped[date | None]
    # Read-only from then on, and in no list.
    archived_at: Mapped[datetime | None]
    # What staff wrote for the course's own page, in Markdown.
    page: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    pass_rule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    groups_due_at: Mapped[datetime | None]
    slides_due_at: Mapped[datetime | None]
    presentations_at: Mapped[datetime | None]
    reviews_due_at: Mapped[datetime | None]
    written_scores_published_at: Mapped[datetime | None]
    grading_paused_at: Mapped[datetime | None]
    # How many days late one student may be in all without losing points.
    late_days: Mapped[int] = mapped_column(default=0, server_default="0")
    # The most that files of one student, and of everyone together, may take.
    student_room_mb: Mapped[int] = mapped_column(
        default=STUDENT_ROOM_MB, server_default=str(STUDENT_ROOM_MB)
    )
    room_mb: Mapped[int] = mapped_column(default=ROOM_MB, server_default=str(ROOM_MB))
    created_at: Mapped[datetime] = mapped_column(default=now)

    assignments: Mapped[list[CourseAssignment]] = relationship(
        back_populates="course", order_by="CourseAssignment.position"
    )


class Enrolment(Base):
    """Someone's part in a course."""

    __tablename__ = "enrolments"
    __table_args__ = (sa.UniqueConstraint("course_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    role: Mapped[Role] = mapped_column(text_enum(Role))
    # One section, or several with ", " between them.
    section: Mapped[str] = mapped_column(sa.String(60), default="")
    # What the registrar calls them, where a roster says so.
    student_number: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    course: Mapped[Course] = relationship()
    user: Mapped[User] = relationship()

    @property
    def is_staff(self) -> bool:
        """Graders and instructors."""
        return self.role in STAFF


class FormerEnrolment(Base):
    """Someone's part in a course that they left; their work stays, and they may return."""

    __tablename__ = "former_enrolments"
    __table_args__ = (sa.UniqueConstraint("course_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    role: Mapped[Role] = mapped_column(text_enum(Role))
    section: Mapped[str] = mapped_column(sa.String(60), default="")
    student_number: Mapped[str] = mapped_column(sa.String(40), default="")
    left_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()


class Announcement(Base):
    """What staff tell everyone of a course, with its date; Markdown."""

    __tablename__ = "announcements"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.Text)
    announced_at: Mapped[datetime] = mapped_column(default=now)

    author: Mapped[User | None] = relationship()


class CountingRule(StrEnum):
    """Which attempt of a student counts."""

    BEST = "best"
    LAST = "last"


class CourseAssignment(Base):
    """An assignment as one course sets it; `assignment` is its id in the assignments folder."""

    __tablename__ = "course_assignments"
    __table_args__ = (sa.UniqueConstraint("course_id", "assignment"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    assignment: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[str] = mapped_column(sa.String(200))
    # What its questions give together, and what the total counts it as where that differs.
    points: Mapped[float]
    points_in_total: Mapped[float | None]
    position: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    grace_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    # The share of the earned points that each day late costs.
    late_penalty: Mapped[float] = mapped_column(default=0.0, server_default="0")
    cut_off_at: Mapped[datetime | None]
    attempt_limit: Mapped[int | None]
    pause_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    # How many of one student's attempts may wait or run at a time.
    waiting_limit: Mapped[int | None]
    counting: Mapped[CountingRule] = mapped_column(
        text_enum(CountingRule), default=CountingRule.BEST, server_default="best"
    )
    # Out of the course from then on; its work is kept until somebody deletes it.
    retired_at: Mapped[datetime | None]

    course: Mapped[Course] = relationship(back_populates="assignments")

    @hybrid_property
    def in_total(self) -> float:
        """The most that it can add to the course's total."""
        return self.points if self.points_in_total is None else self.points_in_total

    @in_total.inplace.expression
    @classmethod
    def _in_total(cls) -> sa.ColumnElement[float]:
        return sa.func.coalesce(cls.points_in_total, cls.points)

    def weighed(self, score: float | None) -> float:
        """What a score adds to the course's total: score * in_total / points."""
        if self.points_in_total is None:
            return score or 0.0
        return (score or 0.0) * self.in_total / self.points if self.points else 0.0
