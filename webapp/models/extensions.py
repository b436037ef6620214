"""More time for one student at one assignment."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base
from webapp.models.courses import CourseAssignment


class Extension(Base):
    """One student's own due time, and why."""

    __tablename__ = "extensions"
    __table_args__ = (sa.UniqueConstraint("course_assignment_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_assignments.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    due_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.Text)
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    given_at: Mapped[datetime] = mapped_column(default=now)

    course_assignment: Mapped[CourseAssignment] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    given_by: Mapped[User | None] = relationship(foreign_keys=[given_by_id])
