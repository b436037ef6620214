"""Similarity reports: which attempts of an assignment share passages, found in the background."""

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


class ReportState(StrEnum):
    """Where a report is; a worker takes it from `queued`."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class SimilarityReport(Base):
    """One comparison of a class; `owner` is the worker that may write it while its lease lasts.

    `left_out` are the k-grams that did not count (the release's and those of many students), eight
    bytes each, so that a pair is shown as it was compared.
    """

    __tablename__ = "similarity_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_assignment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("course_assignments.id"), index=True
    )
    started_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    all_attempts: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ReportState] = mapped_column(text_enum(ReportState), default=ReportState.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    students: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(sa.String(120), default="")
    lease_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(sa.Text, default="")
    left_out: Mapped[bytes] = mapped_column(sa.LargeBinary, default=b"", deferred=True)

    course_assignment: Mapped[CourseAssignment] = relationship()
    started_by: Mapped[User | None] = relationship()

    @property
    def open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (ReportState.QUEUED, ReportState.RUNNING)


class SimilarPair(Base):
    """Two attempts of two students; `figure` is the shared part of the shorter one's own code."""

    __tablename__ = "similar_pairs"
    __table_args__ = (sa.UniqueConstraint("report_id", "rank"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(
        sa.ForeignKey("similarity_reports.id", ondelete="CASCADE")
    )
    rank: Mapped[int]
    left_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), index=True)
    right_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), index=True)
    shared: Mapped[int]
    figure: Mapped[float]

    report: Mapped[SimilarityReport] = relationship()
    left: Mapped[Submission] = relationship(foreign_keys=[left_id])
    right: Mapped[Submission] = relationship(foreign_keys=[right_id])
