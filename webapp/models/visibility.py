"""When students see what hidden checks found."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, text_enum


class ResultRule(StrEnum):
    """At once, after the due time, or when staff publish them."""

    AT_ONCE = "at_once"
    AFTER_DUE = "after_due"
    PUBLISHED = "published"


class ResultVisibility(Base):
    """An assignment's rule; without a row results are seen at once, with `published_at` anyway."""

    __tablename__ = "result_visibility"

    course_assignment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("course_assignments.id"), primary_key=True
    )
    rule: Mapped[ResultRule] = mapped_column(text_enum(ResultRule))
    published_at: Mapped[datetime | None]
