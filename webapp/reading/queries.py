"""Selects of reading: what there is to read in a place, and what was given for one work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.models import STAFF, Enrolment, ReadingRules, User
from webapp.reading.kinds import listed_at
from webapp.reading.kinds.kind import Kind, Opened, Place
from webapp.reading.works import Duty, Reading, Work
from webapp.rubrics.names import Names


def works(session: Session, place: Place, names: Names) -> list[Work]:
    """Everything there is to read in a place, in the order of reading: a fixed few statements."""
    duties = _duties_in(session, place)
    found = []
    for kind in listed_at(place):
        readers = _together(duties, kind.duty_column)
        scores = _together(readings_in(session, kind, place), kind.column)
        found += [
            replace(
                work,
                scores=tuple(scores.get(work.id, ())),
                readers=tuple(readers.get(work.belongs_to, ())),
            )
            for work in kind.find(session, place, names, kind.rubric(session, place))
        ]
    return found


def _together(rows: Iterable[Any], column: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found


def readings_in(session: Session, kind: Kind, place: Place) -> list[Reading]:
    """Every reading of a kind of work in a place."""
    rows = session.scalars(
        sa.select(kind.reading)
        .options(joinedload(kind.reading.grader))
        .where(getattr(kind.reading, kind.column).in_(kind.numbers(place)))
        .filter_by(**kind.scope(place))
        .order_by(kind.reading.id)
    )
    return list(rows)


def _duties_in(session: Session, place: Place) -> list[Duty]:
    """Who is to read what there: all kinds that are listed together are divided together."""
    kind = listed_at(place)[0]
    rows = session.scalars(
        sa.select(kind.duty)
        .options(joinedload(kind.duty.grader))
        .filter_by(**kind.duty_scope(place))
        .order_by(kind.duty.id)
    )
    return list(rows)


def readings_of(session: Session, work: Opened) -> list[Reading]:
    """Every grader's reading of one work."""
    kind = work.kind
    rows = session.scalars(
        sa.select(kind.reading)
        .options(joinedload(kind.reading.grader))
        .filter_by(**{kind.column: work.number}, **kind.scope(work.place))
        .order_by(kind.reading.id)
    )
    return list(rows)


def duties_of(session: Session, work: Opened) -> list[Duty]:
    """Who is to read one work."""
    kind = work.kind
    of = {kind.duty_column: kind.belongs_to(work)}
    rows = sa.select(kind.duty).filter_by(**of, **kind.duty_scope(work.place))
    return list(session.scalars(rows))


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
