"""Who reads what: written work divided evenly among graders, and given to somebody else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.audit.record import record
from webapp.models import STAFF, AnswerDuty, CourseAssignment, Enrolment, ReadingDuty, User
from webapp.reading.works import Duty, Work

_Work = TypeVar("_Work", bound=Work)


class NotDivided(Exception):
    """Nobody was given anything to read: one sentence."""


@dataclass(frozen=True)
class Divided:
    """How many works got a reader, and how many could not get as many as asked for."""

    given: int
    short: int


def graders_of(session: Session, course_id: int) -> list[User]:
    """Everybody who can read in a course, by name."""
    rows = session.scalars(
        sa.select(User)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course_id, Enrolment.role.in_(STAFF))
        .order_by(User.name, User.id)
    )
    return list(rows)


def divide(
    session: Session,
    found: Sequence[_Work],
    *,
    graders: Sequence[int],
    readers: int,
    duty: Callable[[_Work, int], Duty],
) -> Divided:
    """Give every work that many readers, always those with the fewest so far; the caller commits.

    Who reads something already, or has begun to, keeps it: dividing again only adds what is new.
    `duty` makes the row that says who reads what.
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
        session.add_all(duty(work, grader) for grader in [*chosen, *sorted(begun)])
        for grader in chosen:
            load[grader] += 1
        given += bool(chosen)
        short += len(chosen) < missing
    return Divided(given, short)


def hand_out(
    session: Session,
    enrolment: Enrolment,
    found: Sequence[_Work],
    *,
    graders: Collection[int],
    readers: int,
    duty: Callable[[_Work, int], Duty],
    subject: str,
) -> Divided:
    """Divide among these graders of the course, with a line in the log; commits.

    Raises NotDivided.
    """
    chosen = sorted(_names_of(session, enrolment.course_id, graders))
    if len(chosen) < readers:
        raise NotDivided(f"Choose at least {readers} of the graders.")
    divided = divide(session, found, graders=chosen, readers=readers, duty=duty)
    record(
        session,
        enrolment,
        "divide readings",
        subject=subject,
        readers=readers,
        graders=len(chosen),
        given=divided.given,
    )
    _commit(session)
    return divided


def hand_over(
    session: Session,
    enrolment: Enrolment,
    work: _Work,
    *,
    graders: Sequence[int],
    duty: Callable[[_Work, int], Duty],
    subject: str,
    **detail: str,
) -> str:
    """Let exactly these graders of the course read a work, with a line in the log: their names.

    Commits; raises NotDivided.
    """
    chosen = _names_of(session, enrolment.course_id, graders)
    assign(session, work, list(chosen), duty)
    names = ", ".join(chosen.values()) or "nobody"
    record(session, enrolment, "assign reader", subject=subject, readers=names, **detail)
    _commit(session)
    return names


def _names_of(session: Session, course_id: int, graders: Collection[int]) -> dict[int, str]:
    """The names of these graders of a course; raises NotDivided where one is none.

    To leave such a one out would take the work from whoever has it, and give it to nobody.
    """
    everybody = {grader.id: grader.name for grader in graders_of(session, course_id)}
    if not everybody.keys() >= set(graders):
        raise NotDivided("Choose only graders and instructors of this course.")
    return {grader: everybody[grader] for grader in graders}


def _commit(session: Session) -> None:
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        raise NotDivided(
            "Somebody else changed who reads what at this moment: look at it, then do it again."
        ) from None


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


def assign(
    session: Session, work: _Work, graders: Sequence[int], duty: Callable[[_Work, int], Duty]
) -> None:
    """Let exactly these read a work; what others gave it stays; the caller commits."""
    for each in work.readers:
        if each.grader_id not in graders:
            session.delete(each)
    have = {each.grader_id for each in work.readers}
    session.add_all(duty(work, grader) for grader in graders if grader not in have)


def give_back(session: Session, course_id: int, grader_id: int) -> int:
    """Let what somebody was to read in a course wait for others; how much. The caller commits."""
    items = sa.select(CourseAssignment.id).where(CourseAssignment.course_id == course_id)
    mine = [
        sa.delete(ReadingDuty).where(
            ReadingDuty.course_id == course_id, ReadingDuty.grader_id == grader_id
        ),
        sa.delete(AnswerDuty).where(
            AnswerDuty.course_assignment_id.in_(items), AnswerDuty.grader_id == grader_id
        ),
    ]
    return sum(session.execute(each).rowcount for each in mine)  # type: ignore[attr-defined]


def duty_in(course_id: int) -> Callable[[Work, int], ReadingDuty]:
    """What makes the rows of proposals and reviews."""

    def duty(work: Work, grader_id: int) -> ReadingDuty:
        return ReadingDuty(
            course_id=course_id,
            proposal_id=work.id if work.kind == "proposal" else None,
            review_id=work.id if work.kind == "review" else None,
            grader_id=grader_id,
        )

    return duty
