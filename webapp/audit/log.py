"""Reading the audit log: by kind, by whom and by words, a page at a time or as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.spreadsheet import safe_cell
from webapp.audit.record import KINDS
from webapp.base import clock
from webapp.base.paging import nearest_page, page_count
from webapp.models import AuditEntry, Course, User

_TOGETHER = 500


@dataclass(frozen=True)
class LogFilters:
    """Which entries: of a kind, by someone, with a text, and between two moments."""

    kind: str = ""
    actor_id: int | None = None
    search: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class LogEntry:
    """One change: who did what to what, and its details in words, the reason among them."""

    at: datetime
    user_id: int | None
    name: str | None
    email: str | None
    action: str
    subject: str
    detail: dict[str, Any]

    @property
    def who(self) -> str:
        """The person, or whoever runs the site."""
        return self.name or "the service"

    @property
    def reason(self) -> str:
        """Why, where that was asked for."""
        return str(self.detail.get("reason", ""))

    @property
    def words(self) -> str:
        """The other details."""
        return ", ".join(
            f"{key}: {value}"
            for key, value in self.detail.items()
            if key != "reason" and value not in (None, "")
        )


@dataclass(frozen=True)
class LogPage:
    """Some entries of `found`; `page` of `pages`, the first is 1."""

    entries: tuple[LogEntry, ...]
    found: int
    page: int
    pages: int


def log_page(
    session: Session, course: Course, filters: LogFilters, *, page: int, rows: int
) -> LogPage:
    """The newest entries that match: two statements."""
    conditions = _conditions(course, filters)
    found = session.scalar(sa.select(sa.func.count(AuditEntry.id)).where(*conditions)) or 0
    pages = page_count(found, rows)
    page = nearest_page(page, pages)
    chosen = _entries().where(*conditions).limit(rows).offset((page - 1) * rows)
    return LogPage(tuple(map(_entry, session.execute(chosen))), found, page, pages)


def log_of(session: Session, course: Course, subjects: list[str], most: int) -> list[LogEntry]:
    """The newest entries about any of these subjects."""
    about = _entries().where(AuditEntry.course_id == course.id, AuditEntry.subject.in_(subjects))
    return [_entry(row) for row in session.execute(about.limit(most))]


def log_csv(session: Session, course: Course, filters: LogFilters) -> Iterator[str]:
    """Every entry that matches, line by line; no cell starts a formula."""
    yield _line(["at", "who", "email", "action", "on", "reason", "details"])
    chosen = _entries().where(*_conditions(course, filters))
    for row in session.execute(chosen.execution_options(yield_per=_TOGETHER)):
        entry = _entry(row)
        yield _line(
            [
                entry.at.isoformat(timespec="seconds"),
                entry.who,
                entry.email or "",
                entry.action,
                entry.subject,
                entry.reason,
                entry.words,
            ]
        )


def actors(session: Session, course: Course) -> list[tuple[int, str]]:
    """Everyone who is in the log."""
    rows = session.execute(
        sa.select(User.id, User.name)
        .where(User.id.in_(sa.select(AuditEntry.actor_id).where(AuditEntry.course_id == course.id)))
        .order_by(User.name)
    )
    return [(row.id, row.name) for row in rows]


def day_of(text: str) -> date | None:
    """A day as a filter has it, None where there is no text; raises ValueError."""
    if not text:
        return None
    day = date.fromisoformat(text)
    if not 1970 <= day.year <= 9998:
        raise ValueError(f"the year is {day.year}, expected 1970 to 9998")
    return day


def between_days(since: date | None, until: date | None, zone: str) -> dict[str, datetime | None]:
    """The moments from the first day's beginning to the last day's end, on the course's clock."""
    after = until + timedelta(days=1) if until else None
    return {"since": _midnight(since, zone), "until": _midnight(after, zone)}


def _midnight(day: date | None, zone: str) -> datetime | None:
    return None if day is None else clock.moment(day, time(), zone)


def _entries() -> sa.Select[Any]:
    return (
        sa.select(
            AuditEntry.at,
            AuditEntry.actor_id,
            User.name,
            User.email,
            AuditEntry.action,
            AuditEntry.subject,
            AuditEntry.detail,
        )
        .outerjoin(User, AuditEntry.actor_id == User.id)
        .order_by(AuditEntry.id.desc())
    )


def _entry(row: sa.Row[Any]) -> LogEntry:
    return LogEntry(row.at, row.actor_id, row.name, row.email, row.action, row.subject, row.detail)


def _conditions(course: Course, filters: LogFilters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [AuditEntry.course_id == course.id]
    if filters.kind in KINDS:
        found.append(AuditEntry.action.in_(KINDS[filters.kind][1]))
    if filters.actor_id is not None:
        found.append(AuditEntry.actor_id == filters.actor_id)
    if filters.since is not None:
        found.append(AuditEntry.at >= filters.since)
    if filters.until is not None:
        found.append(AuditEntry.at < filters.until)
    if filters.search:
        texts = (AuditEntry.action, AuditEntry.subject, sa.cast(AuditEntry.detail, sa.Text))
        found.append(sa.or_(*(text.icontains(filters.search, autoescape=True) for text in texts)))
    return found


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()
