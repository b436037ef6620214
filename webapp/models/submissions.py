"""Submissions, the jobs that grade them, and what grading found."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base, text_enum
from webapp.models.courses import CourseAssignment
from webapp.models.failures import CheckFailure


class SubmissionState(StrEnum):
    """Where a submission is on its way to a score."""

    QUEUED = "queued"
    RUNNING = "running"
    GRADED = "graded"
    REJECTED = "rejected"
    FAULT = "fault"
    CANCELLED = "cancelled"


class JobState(StrEnum):
    """Where a job is; `dead` waits for staff."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Lane(StrEnum):
    """A student who waits comes before a batch."""

    BATCH = "batch"
    INTERACTIVE = "interactive"


class Content(Base):
    """The bytes of an uploaded file, once, whoever uploaded them and however often."""

    __tablename__ = "contents"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int]
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Submission(Base):
    """One attempt of one student at one assignment.

    The scores repeat what results and manual grades say, so that tables need no other query.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        sa.UniqueConstraint("course_assignment_id", "user_id", "attempt"),
        sa.Index(
            "uq_submissions_counts",
            "course_assignment_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("counts"),
            postgresql_where=sa.text("counts"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_assignments.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    attempt: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(default=now)
    filename: Mapped[str] = mapped_column(sa.String(200))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("contents.sha256"), index=True)
    # Of the file as it was sent, where its outputs were not kept: `size` is that file's.
    sent_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    digest: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[SubmissionState] = mapped_column(
        text_enum(SubmissionState), default=SubmissionState.QUEUED
    )
    auto_score: Mapped[float | None]
    manual_score: Mapped[float | None]
    # What staff's overrides add to both, or take away; nothing where there is none.
    adjustment: Mapped[float | None]
    ungraded: Mapped[int] = mapped_column(default=0)
    # What the rules make of it, written by `recount` alone. Of the score the share `kept` counts.
    counts: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    kept: Mapped[float] = mapped_column(default=1.0, server_default="1")
    late: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    days_late: Mapped[int] = mapped_column(default=0, server_default="0")
    late_days_used: Mapped[int] = mapped_column(default=0, server_default="0")

    user: Mapped[User] = relationship()
    course_assignment: Mapped[CourseAssignment] = relationship()
    content: Mapped[Content] = relationship()

    @hybrid_property
    def score(self) -> float | None:
        """Automatic and manual points so far, as staff adjusted them; None until graded."""
        if self.auto_score is None and self.adjustment is None:
            return None
        return (self.auto_score or 0.0) + (self.manual_score or 0.0) + (self.adjustment or 0.0)

    @score.inplace.expression
    @classmethod
    def _score(cls) -> sa.ColumnElement[float | None]:
        ungraded = sa.and_(cls.auto_score.is_(None), cls.adjustment.is_(None))
        auto, manual, adjustment = (
            sa.func.coalesce(part, 0.0)
            for part in (cls.auto_score, cls.manual_score, cls.adjustment)
        )
        return sa.case((ungraded, None), else_=auto + manual + adjustment)

    @hybrid_property
    def counted(self) -> float | None:
        """What the score is worth by the rules for late work; None until graded."""
        return None if self.score is None else self.score * self.kept

    @counted.inplace.expression
    @classmethod
    def _counted(cls) -> sa.ColumnElement[float | None]:
        return cls.score * cls.kept

    @property
    def sha256_as_sent(self) -> str:
        """Of the file as the student sent it, which the receipt names."""
        return self.sent_sha256 or self.sha256

    @property
    def final(self) -> bool:
        """Whether no question waits for staff."""
        return self.state == SubmissionState.GRADED and self.ungraded == 0


class Job(Base):
    """The grading of a submission: the row is the truth, whoever carries it out.

    `attempt` counts claims: what an earlier claim still sends in after its lease ended is refused.
    A job of a regrade leaves its submission as it is; `request_id` finds the request in the logs.
    """

    __tablename__ = "jobs"
    __table_args__ = (sa.Index("ix_jobs_state_line", "state", "line_id", "not_before", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), index=True)
    lane: Mapped[Lane] = mapped_column(text_enum(Lane), default=Lane.INTERACTIVE)
    queue: Mapped[str] = mapped_column(sa.String(24), default="cpu", server_default="cpu")
    state: Mapped[JobState] = mapped_column(text_enum(JobState), default=JobState.QUEUED)
    attempt: Mapped[int] = mapped_column(default=0)
    faults: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None] = mapped_column(sa.String(120))
    lease_expires_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    not_before: Mapped[datetime] = mapped_column(default=now)
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(sa.Text, default="")
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Without a foreign key, which SQLite can only add by copying the table.
    regrade_id: Mapped[int | None] = mapped_column(index=True)
    request_id: Mapped[str] = mapped_column(sa.String(32), default="", server_default="")
    # Where it stands in line; none before it first does. Without a foreign key, as above.
    line_id: Mapped[int | None]

    submission: Mapped[Submission] = relationship()


class Result(Base):
    """What one grader version found in a submission; `detail` is the whole answer as JSON.

    At most one result of a submission is current, which the database itself enforces.
    """

    __tablename__ = "results"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "grader_version"),
        sa.Index(
            "uq_results_current",
            "submission_id",
            unique=True,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"))
    job_id: Mapped[int] = mapped_column(sa.ForeignKey("jobs.id"), index=True)
    grader_version: Mapped[str] = mapped_column(sa.String(80))
    current: Mapped[bool] = mapped_column(default=True)
    status: Mapped[str] = mapped_column(sa.String(24))
    score: Mapped[float | None]
    max_score: Mapped[float]
    seconds: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(default=now)
    detail: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    # What was graded under the same conditions need not be graded again.
    conditions: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    regrade_id: Mapped[int | None] = mapped_column(index=True)
    # What a check measured on rows that no point depends on, for the leaderboard, the same on other
    # rows for its final ranks, and what the number is.
    measure: Mapped[float | None]
    measure_final: Mapped[float | None]
    measure_name: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")

    questions: Mapped[list[QuestionScore]] = relationship(order_by="QuestionScore.position")
    failures: Mapped[list[CheckFailure]] = relationship(passive_deletes=True)


class QuestionScore(Base):
    """One question of a result as columns, for tables over a whole class."""

    __tablename__ = "question_scores"
    __table_args__ = (sa.UniqueConstraint("result_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(sa.ForeignKey("results.id"))
    position: Mapped[int]
    question: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[str] = mapped_column(sa.String(12))
    score: Mapped[float | None]
    max_score: Mapped[float]
    verdict: Mapped[str] = mapped_column(sa.String(24))


class ManualGrade(Base):
    """Staff's points and comment for a written answer; it outlives a regrade of the rest."""

    __tablename__ = "manual_grades"
    __table_args__ = (sa.UniqueConstraint("submission_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"))
    question: Mapped[str] = mapped_column(sa.String(64))
    points: Mapped[float]
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    grader_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    graded_at: Mapped[datetime] = mapped_column(default=now)

    grader: Mapped[User] = relationship()
