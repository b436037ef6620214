"""The workers that grade, as they report themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.clock import now
from webapp.models.base import Base


class WorkerRow(Base):
    """One worker process.

    `seconds` is how long an assignment took it lately, `versions` what it grades with, by id.
    """

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    host: Mapped[str] = mapped_column(sa.String(80))
    slots: Mapped[int]
    queues: Mapped[str] = mapped_column(sa.String(200))
    sandbox: Mapped[str] = mapped_column(sa.Text, default="")
    draining: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    seconds: Mapped[dict[str, Any]] = mapped_column(default=dict)
    versions: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
