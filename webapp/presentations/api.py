"""Presentation day by program: the running order and its scores."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import STAFF_PATH, operation
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.presentations import day as presentations
from webapp.presentations import operations
from webapp.presentations.operations import NotMoved
from webapp.presentations.results import item_means
from webapp.presentations.schemas import (
    ItemMean,
    Move,
    Place,
    Presentation,
    Presentations,
    RunningOrder,
)
from webapp.reading.kinds.kind import Place as ReadingPlace
from webapp.reading.kinds.presentation import PRESENTATION
from webapp.reading.operations import keep
from webapp.reading.schemas import NewReading, Reading, reading_info, sent_in
from webapp.rubrics.marks import ReadingRefused
from webapp.rubrics.schemas import rubric_info
from webapp.written.queries import proposal_in

_ORDER = f"{STAFF_PATH}/presentations/order"


@operation(
    "GET",
    _ORDER,
    summary="Who presents in which order, and which teams have no place and what they lack",
    scopes=("read",),
    answers={200: RunningOrder},
)
@for_roles(*STAFF)
def running_order(enrolment: Enrolment) -> RunningOrder:
    return _order(enrolment)


@operation(
    "POST",
    f"{_ORDER}/draw",
    summary="Draw places for the eligible teams that have none; the others keep theirs",
    scopes=("manage",),
    answers={200: RunningOrder},
)
@for_roles(Role.INSTRUCTOR)
def draw_running_order(enrolment: Enrolment) -> RunningOrder:
    operations.draw(db.session, enrolment)
    return _order(enrolment)


@operation(
    "POST",
    f"{_ORDER}/<int:proposal_id>/move",
    summary="Move a team in the order, into it or out of it",
    scopes=("manage",),
    body=Move,
    answers={200: RunningOrder},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def move_in_order(enrolment: Enrolment, proposal_id: int, body: Move) -> RunningOrder:
    proposal_in(db.session, enrolment, proposal_id)
    try:
        operations.move(db.session, enrolment, proposal_id, where=body.where)
    except NotMoved as error:
        abort(409, str(error))
    return _order(enrolment)


def _order(enrolment: Enrolment) -> RunningOrder:
    found = presentations.day(db.session, enrolment.course)
    return RunningOrder(
        [_place(slot) for slot in found.order], [_place(slot) for slot in found.others]
    )


def _place(slot: presentations.Slot) -> Place:
    return Place(
        slot.proposal.id,
        slot.proposal.team.name,
        title=slot.proposal.title,
        missing=[each.text for each in slot.conditions if each.state != "met"],
    )


@operation(
    "GET",
    f"{STAFF_PATH}/presentations",
    summary="The running order of presentation day, and what staff gave each team",
    scopes=("read",),
    answers={200: Presentations},
)
@for_roles(*STAFF)
def presentation_results(enrolment: Enrolment) -> Presentations:
    day = presentations.day(db.session, enrolment.course)
    return Presentations(
        rubric_info(day.rubric),
        [_presentation(place, slot) for place, slot in enumerate(day.order, start=1)],
    )


def _presentation(place: int, slot: presentations.Slot) -> Presentation:
    team = slot.proposal.team
    return Presentation(
        place,
        slot.proposal.id,
        team=team.name,
        title=slot.proposal.title,
        members=[member.user.name for member in team.members],
        scores=len(slot.scores),
        items=[ItemMean(each.item.key, each.mean) for each in item_means(slot)],
        mean=slot.mean,
        comments=[score.comment for score in slot.scores if score.comment],
    )


@operation(
    "POST",
    f"{STAFF_PATH}/presentations/<int:proposal_id>/score",
    summary="Score a team's presentation by its rubric, as oneself",
    scopes=("grade",),
    body=NewReading,
    answers={200: Reading},
    errors=(409,),
)
@for_roles(*STAFF)
def score_presentation(enrolment: Enrolment, proposal_id: int, body: NewReading) -> Reading:
    work = PRESENTATION.open(db.session, enrolment, ReadingPlace(enrolment.course), proposal_id)
    try:
        kept = keep(db.session, enrolment, work, sent=sent_in(body))
    except ReadingRefused as error:
        abort(error.status, str(error))
    return reading_info(kept.rubric, kept.reading)
