"""What staff do before presentation day: the order is drawn and changed."""

from __future__ import annotations

import random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import record
from webapp.base.database import change
from webapp.models import Course, Enrolment, PresentationPlace
from webapp.presentations.day import day


class NotMoved(ValueError):
    """A team cannot go there: one sentence."""


def draw(session: Session, actor: Enrolment) -> int:
    """Put who is eligible and has no place yet behind the others, drawn by lot; how many."""
    with change(session):
        found = day(session, actor.course)
        new = [slot.proposal.id for slot in found.others if slot.eligible]
        random.SystemRandom().shuffle(new)
        _write(session, actor.course, [slot.proposal.id for slot in found.order] + new)
        subject = actor.course.slug
        record(session, actor, "draw presentations", subject=subject, added=len(new))
    return len(new)


def move(session: Session, actor: Enrolment, proposal_id: int, *, where: str) -> None:
    """Move a proposal `up`, `down`, `in` at the end or `out`; raises NotMoved."""
    with change(session):
        found = day(session, actor.course)
        order = [slot.proposal.id for slot in found.order]
        if where == "in" and any(slot.proposal.id == proposal_id for slot in found.others):
            order.append(proposal_id)
        elif where in ("up", "down", "out") and proposal_id in order:
            place = order.index(proposal_id)
            order.remove(proposal_id)
            if where != "out":
                order.insert(max(0, place + (-1 if where == "up" else 1)), proposal_id)
        else:
            has = "has a place already" if where == "in" else "has no place in the order"
            raise NotMoved(f"The team {has}, so it was not moved.")
        _write(session, actor.course, order)
        subject = f"proposal {proposal_id}"
        record(session, actor, "move presentation", subject=subject, where=where)


def _write(session: Session, course: Course, order: list[int]) -> None:
    of_course = PresentationPlace.course_id == course.id
    rows = {
        row.proposal_id: row
        for row in session.scalars(sa.select(PresentationPlace).where(of_course))
    }
    for proposal_id in rows.keys() - set(order):
        session.delete(rows[proposal_id])
    for position, proposal_id in enumerate(order):
        row = rows.get(proposal_id)
        if row is None:
            row = PresentationPlace(proposal_id=proposal_id, course_id=course.id)
            session.add(row)
        row.position = position
