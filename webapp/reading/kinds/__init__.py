"""The kinds of work that staff read by a rubric: one file each, and this list of them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp.base.database import Missing
from webapp.models import Enrolment
from webapp.reading.kinds.answer import ANSWER, question_in
from webapp.reading.kinds.kind import Kind, Opened, Place
from webapp.reading.kinds.presentation import PRESENTATION
from webapp.reading.kinds.proposal import PROPOSAL
from webapp.reading.kinds.review import REVIEW

KINDS: tuple[Kind, ...] = (PROPOSAL, REVIEW, PRESENTATION, ANSWER)
LISTED = tuple(kind.name for kind in KINDS if kind.listed)


def place_in(session: Session, enrolment: Enrolment, name: str = "", question: str = "") -> Place:
    """The course, or a written question that somebody answered; raises Missing."""
    return question_in(session, enrolment, name, question) if question else Place(enrolment.course)


def kinds_at(place: Place) -> tuple[Kind, ...]:
    """What has a rubric there."""
    return (ANSWER,) if place.question else tuple(kind for kind in KINDS if kind is not ANSWER)


def listed_at(place: Place) -> tuple[Kind, ...]:
    """What is listed there and divided among readers."""
    return (ANSWER,) if place.question else tuple(kind for kind in KINDS if kind.listed)


def kind_at(place: Place, name: str) -> Kind:
    """A kind by its name; raises Missing."""
    for kind in kinds_at(place):
        if kind.name == name:
            return kind
    raise Missing


def work_at(
    session: Session, enrolment: Enrolment, place: Place, *, kind: str, number: int
) -> Opened:
    """One work of those that are listed there; raises Missing."""
    if kind not in (each.name for each in listed_at(place)):
        raise Missing
    return kind_at(place, kind).open(session, enrolment, place, number)
