"""The workers that are alive: each keeps a row of its own fresh while it lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.assignments.here import SITE, versions_here
from webapp.models import WorkerRow

# Six beats; then a worker is taken for dead.
SILENCE = timedelta(seconds=30)
_FORGOTTEN = timedelta(days=1)
# How often the site's own row is kept fresh where nothing in it changes.
_SAID_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Place:
    """Where a worker runs and what it takes on."""

    owner: str
    host: str
    slots: int
    queues: tuple[str, ...]
    sandbox: str = ""


def report(
    session: Session,
    place: Place,
    *,
    at: datetime,
    draining: bool = False,
    seconds: Mapping[str, float] | None = None,
    versions: Mapping[str, Any] | None = None,
) -> None:
    """Say that a worker lives, how long an assignment takes it and which it has; commits."""
    row = session.get(WorkerRow, place.owner)
    if row is None:
        row = WorkerRow(
            id=place.owner,
            host=place.host,
            slots=place.slots,
            queues=" ".join(place.queues),
            sandbox=place.sandbox,
            started_at=at,
        )
        session.add(row)
    row.seen_at, row.draining, row.seconds = at, draining, dict(seconds or {})
    row.versions = dict(versions or {})
    session.execute(sa.delete(WorkerRow).where(WorkerRow.seen_at < at - _FORGOTTEN))
    session.commit()


def leave(session: Session, place: Place) -> None:
    """Say that a worker has ended; commits."""
    session.execute(sa.delete(WorkerRow).where(WorkerRow.id == place.owner))
    session.commit()


def live(session: Session, at: datetime) -> list[WorkerRow]:
    """The workers heard of lately, by host."""
    return list(
        session.scalars(
            sa.select(WorkerRow)
            .where(WorkerRow.seen_at > at - SILENCE, WorkerRow.id != SITE)
            .order_by(WorkerRow.host, WorkerRow.id)
        )
    )


def say_what_the_site_has(session: Session, at: datetime) -> None:
    """Keep the row that workers compare themselves with; writes, and commits, only what is new."""
    versions = versions_here(session)
    row = session.get(WorkerRow, SITE)
    if row is None:
        row = WorkerRow(id=SITE, host="", slots=0, queues="", started_at=at, seen_at=at)
        session.add(row)
    elif row.versions == versions and row.seen_at > at - _SAID_AGAIN:
        session.rollback()
        return
    row.seen_at, row.versions = at, versions
    session.commit()
