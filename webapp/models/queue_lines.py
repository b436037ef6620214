"""Who stands in line to be graded: a place for each student at each assignment."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, text_enum
from webapp.models.submissions import Lane


class QueueLine(Base):
    """What one account hands in to one assignment, oldest first; jobs name their line.

    `ticket` is its place among the lines, smallest first, and missing while nothing waits; who
    comes, and whose job starts or ends, draws the next one. `turn` counts starts: its last one's.
    """

    __tablename__ = "queue_lines"
    __table_args__ = (
        sa.UniqueConstraint("course_assignment_id", "user_id", "lane", "queue"),
        sa.Index("ix_queue_lines_next", "course_assignment_id", "lane", "queue", "ticket"),
        sa.Index("ix_queue_lines_lane_turn", "lane", "turn"),
        sa.Index("ix_queue_lines_course_turn", "course_id", "turn"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    course_assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_assignments.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    lane: Mapped[Lane] = mapped_column(text_enum(Lane))
    queue: Mapped[str] = mapped_column(sa.String(24))
    ticket: Mapped[int | None] = mapped_column(index=True)
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
