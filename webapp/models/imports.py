"""Work that staff bring in for many students at once: looked at first, then taken in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base, text_enum
from webapp.models.courses import CourseAssignment


class RosterFile(Base):
    """A roster that somebody looks at before it changes who is in their course."""

    __tablename__ = "roster_files"
    __table_args__ = (sa.UniqueConstraint("course_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    filename: Mapped[str] = mapped_column(sa.String(200))
    data: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    uploaded_at: Mapped[datetime] = mapped_column(default=now)


class ImportState(StrEnum):
    """`open` while staff look at it."""

    OPEN = "open"
    DONE = "done"
    DISCARDED = "discarded"


class BulkImport(Base):
    """One archive or folder that staff brought in."""

    __tablename__ = "bulk_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_assignment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("course_assignments.id"), index=True
    )
    started_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    filename: Mapped[str] = mapped_column(sa.String(200))
    state: Mapped[ImportState] = mapped_column(text_enum(ImportState), default=ImportState.OPEN)
    created_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]

    course_assignment: Mapped[CourseAssignment] = relationship()


class ImportItem(Base):
    """One file of it: whose it is and what it became, or in `error` why it cannot be taken in.

    It counts as handed in at `received_at`, or else when it is taken in.
    """

    __tablename__ = "import_items"
    __table_args__ = (sa.UniqueConstraint("import_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("bulk_imports.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(600))
    source: Mapped[str] = mapped_column(sa.String(600))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("contents.sha256"))
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    error: Mapped[str] = mapped_column(sa.Text, default="")
    received_at: Mapped[datetime | None]
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submissions.id"))

    user: Mapped[User | None] = relationship()
