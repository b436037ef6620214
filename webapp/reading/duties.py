"""Who reads what: written work divided evenly among graders, and given to somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Reader, User
from webapp.reading.kinds import kind_at
from webapp.reading.kinds.kind import Place
from webapp.reading.works import Work


class NotDivided(Exception):
    """Nobody was given anything to read: one sentence."""


@dataclass(frozen=True)
class Divided:
    """How many works got a reader, and how many could not get as many as asked for."""

    given: int
    short: int


def divide(
    session: Session, place: Place, found: Sequence[Work], *, graders: Sequence[int], readers: int
) -> Divided:
    """Give every work that many readers, always those with the fewest so far; the caller commits.

    Who reads something already, or has begun to, keeps it: dividing again only adds what is new.
    """
    load = dict.fromkeys(graders, 0)
    for work in found:
        for grader in _readers(work):
            load[grader] = load.get(grader, 0) + (grader in load)
    given = short = 0
    for work in found:
        missing = readers - len(_readers(work))
        free = sorted((g for g in graders if g not in _readers(work)), key=lambda g: (load[g], g))
        chosen = free[: max(0, missing)]
        have = {each.grader_id for each in work.readers}
        begun = {score.grader_id for score in work.scores} - have
        session.add_all(_duty(place, work, grader) for grader in [*chosen, *sorted(begun)])
        for grader in chosen:
            load[grader] += 1
        given += bool(chosen)
        short += len(chosen) < missing
    return Divided(given, short)


def assign(session: Session, place: Place, work: Work, *, graders: Sequence[int]) -> None:
    """Let exactly these read a work; what others gave it stays; the caller commits."""
    for each in work.readers:
        if each.grader_id not in graders:
            session.delete(each)
    have = {each.grader_id for each in work.readers}
    session.add_all(_duty(place, work, grader) for grader in graders if grader not in have)


def _duty(place: Place, work: Work, grader_id: int) -> Reader:
    kind = kind_at(place, work.kind)
    of = {kind.reader_column: work.belongs_to, **place.scope}
    return Reader(kind=kind.name, **of, grader_id=grader_id)


def load_of(found: Sequence[Work], graders: Sequence[User]) -> dict[int, tuple[int, int]]:
    """How much each grader was given, and has read."""
    return {
        grader.id: (
            sum(any(duty.grader_id == grader.id for duty in work.readers) for work in found),
            sum(work.read_by(grader.id) for work in found),
        )
        for grader in graders
    }


def _readers(work: Work) -> set[int]:
    return {duty.grader_id for duty in work.readers} | {score.grader_id for score in work.scores}


def give_back(session: Session, course_id: int, grader_id: int) -> int:
    """Let what somebody was to read in a course wait for others; how much. The caller commits."""
    mine = sa.delete(Reader).where(Reader.course_id == course_id, Reader.grader_id == grader_id)
    return session.execute(mine).rowcount  # type: ignore[attr-defined]
