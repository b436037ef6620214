"""Selects of reading: what there is to read in a place, and what was given for one work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.models import STAFF, Enrolment, Reader, Reading, ReadingRules, User
from webapp.reading.kinds import listed_at
from webapp.reading.kinds.kind import Kind, Opened, Place
from webapp.reading.works import Work
from webapp.rubrics.names import Names

_Row = TypeVar("_Row", Reading, Reader)


def works(session: Session, place: Place, names: Names) -> list[Work]:
    """Everything there is to read in a place, in the order of reading: a fixed few statements."""
    readings = readings_in(session, place)
    readers = _read_by(session, Reader, **place.scope)
    found = []
    for kind in listed_at(place):
        scores = _by_number(readings, kind, kind.column)
        duties = _by_number(readers, kind, kind.reader_column)
        found += [
            replace(
                work,
                scores=tuple(scores.get(work.id, ())),
                readers=tuple(duties.get(work.belongs_to, ())),
            )
            for work in kind.find(session, place, names=names, rubric=kind.rubric(session, place))
        ]
    return found


def _by_number(rows: Iterable[_Row], kind: Kind, column: str) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = {}
    for row in rows:
        if row.kind == kind.name:
            found.setdefault(getattr(row, column), []).append(row)
    return found


def readings_in(session: Session, place: Place, kind: str = "") -> list[Reading]:
    """Every reading in a place, or of one kind of work there."""
    return _read_by(session, Reading, **place.scope, **({"kind": kind} if kind else {}))


def readings_of(session: Session, work: Opened) -> list[Reading]:
    """Every grader's reading of one work."""
    of = {work.kind.column: work.number, "question": work.place.question}
    return _read_by(session, Reading, kind=work.kind.name, **of)


def readers_of(session: Session, work: Opened) -> list[Reader]:
    """Who is to read one work."""
    of = {work.kind.reader_column: work.kind.belongs_to(work)}
    return _read_by(session, Reader, kind=work.kind.name, **of, **work.place.scope)


def _read_by(session: Session, table: type[_Row], **of: Any) -> list[_Row]:
    """The rows with their graders, in the order in which they came."""
    rows = sa.select(table).options(joinedload(table.grader)).filter_by(**of)
    return list(session.scalars(rows.order_by(table.id)))


def graders_of(session: Session, course_id: int) -> list[User]:
    """Everybody who can read in a course, by name."""
    rows = session.scalars(
        sa.select(User)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course_id, Enrolment.role.in_(STAFF))
        .order_by(User.name, User.id)
    )
    return list(rows)


def rules_of(session: Session, course_id: int) -> ReadingRules | None:
    """What a course says of its readers, where it says anything."""
    return session.get(ReadingRules, course_id)
