"""Why checks did not pass, in words that are the same for the same mistake."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base


class CheckFailure(Base):
    """One check of a result that earned less than its points; it goes when its result goes."""

    __tablename__ = "check_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(
        sa.ForeignKey("results.id", ondelete="CASCADE"), index=True
    )
    question: Mapped[str] = mapped_column(sa.String(64))
    check_name: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.String(300), default="")
    reason: Mapped[str] = mapped_column(sa.String(300))
