"""Reading by program: proposals and paper reviews by their rubric, and presentation day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import abort

from webapp.api.operations import PAGE_ROWS, STAFF_PATH, operation
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import (
    AnswerReading,
    Enrolment,
    PresentationScore,
    ReadingRules,
    Role,
    WrittenScore,
)
from webapp.reading import schemas
from webapp.reading.pages import is_shown, keep_score, publish_scores
from webapp.reading.works import Work, team_name, works
from webapp.rubrics.marks import ReadingRefused, Sent, scores_of
from webapp.rubrics.names import hide_names, reading_names
from webapp.rubrics.rubrics import Rubric, rubric_of
from webapp.rubrics.schemas import rubric_info
from webapp.written.queries import proposal_in, review_in

Given = WrittenScore | AnswerReading | PresentationScore

_RULES = f"{STAFF_PATH}/reading-rules"
_WORK = f"{STAFF_PATH}/readings/<kind>/<int:number>"


@operation(
    "GET",
    f"{STAFF_PATH}/readings",
    summary="Proposals and paper reviews: who reads them, and what they are worth",
    scopes=("read",),
    query=schemas.WorksQuery,
    answers={200: schemas.Works},
)
@for_roles(*STAFF)
def readings(enrolment: Enrolment, query: schemas.WorksQuery) -> schemas.Works:
    found = [
        work
        for work in works(db.session, enrolment.course, reading_names(enrolment))
        if query.kind in ("", work.kind) and is_shown(work, query.show, enrolment.user_id)
    ]
    return schemas.Works(
        [
            schemas.Work(
                **in_list(work, enrolment.user_id),
                kind="proposal" if work.kind == "proposal" else "review",
                number=work.id,
                title=work.title,
            )
            for work in page_of(found, query.page)
        ],
        len(found),
    )


def page_of(found: Sequence[Any], page: int) -> Sequence[Any]:
    """A page of a list that is whole already."""
    return found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]


def in_list(work: Work, reader_id: int) -> dict[str, Any]:
    """What lists say of any work that a rubric reads; others' readings once one's own is there."""
    hidden = work.unread_by(reader_id)
    seen = () if hidden else work.scores
    return {
        "authors": work.authors,
        "readers": [duty.grader.name for duty in work.readers],
        "points": [
            schemas.ReaderPoints(score.grader.name, work.rubric.points(score.selections))
            for score in seen
        ],
        "unseen": len(work.scores) - len(seen),
        "mean": None if hidden else work.mean,
        "possible": work.rubric.most,
        "disputed": work.disputed and not hidden,
        "waits": work.waits_for(reader_id),
    }


@operation(
    "GET",
    _WORK,
    summary="A proposal or a paper review (`kind`) with its text, its rubric and its readings",
    scopes=("read",),
    answers={200: schemas.ToRead},
)
@for_roles(*STAFF)
def reading(enrolment: Enrolment, kind: str, number: int) -> schemas.ToRead:
    work, names = _work(enrolment, kind, number), reading_names(enrolment)
    if "proposal" in work:
        proposal = work["proposal"]
        title, text = proposal.title, proposal.abstract
        authors = team_name(proposal, names)
    else:
        review = work["review"]
        title, text = review.paper, review.body
        authors = names.of("review", review.id, review.user.name)
    rubric = rubric_of(db.session, enrolment.course_id, kind)
    return schemas.ToRead(
        title, authors, text, **as_read(rubric, scores_of(db.session, **work), enrolment)
    )


def as_read(rubric: Rubric, given: Sequence[Given], enrolment: Enrolment) -> dict[str, Any]:
    """One's own reading, and others' once one's own is there: a second reader reads for themselves.

    As the page does.
    """
    mine = next((row for row in given if row.grader_id == enrolment.user_id), None)
    return {
        "rubric": rubric_info(rubric),
        "mine": reading_info(rubric, mine) if mine else None,
        "others": [reading_info(rubric, row) for row in given if row is not mine] if mine else [],
        "unseen": 0 if mine else len(given),
    }


def reading_info(rubric: Rubric, row: Given) -> schemas.Reading:
    """A reading as the API shows it: of the rubric as it is now."""
    chosen = {item.key: item.level(row.selections.get(item.key)) for item in rubric.items}
    selections = {key: level.key for key, level in chosen.items() if level}
    points = rubric.points(row.selections)
    return schemas.Reading(row.grader.name, selections, points, row.comment)


@operation(
    "POST",
    _WORK,
    summary="Score a proposal or a paper review (`kind`) by its rubric, as oneself",
    scopes=("grade",),
    body=schemas.NewReading,
    answers={200: schemas.Reading},
    errors=(409,),
)
@for_roles(*STAFF)
def give_reading(
    enrolment: Enrolment, kind: str, number: int, body: schemas.NewReading
) -> schemas.Reading:
    work = _work(enrolment, kind, number)
    with refusing():
        rubric, score = keep_score(enrolment, sent_in(body), **work)
    return reading_info(rubric, score)


def sent_in(body: schemas.NewReading) -> Sent:
    """What a reader sent by program."""
    return Sent(body.selections, body.comment, body.rubric, exact=True)


@contextmanager
def refusing() -> Iterator[None]:
    """Answers with the sentence why what was sent is no reading, and keeps nothing of it."""
    try:
        yield
    except ReadingRefused as error:
        db.session.rollback()
        abort(error.status, str(error))


def _work(enrolment: Enrolment, kind: str, number: int) -> dict[str, Any]:
    if kind == "proposal":
        return {"proposal": proposal_in(enrolment, number)}
    return {"review": review_in(enrolment, number)} if kind == "review" else abort(404)


@operation(
    "GET",
    _RULES,
    summary="Whether readers see names, and students the written option's scores",
    scopes=("read",),
    answers={200: schemas.ReadingRules},
)
@for_roles(*STAFF)
def reading_rules(enrolment: Enrolment) -> schemas.ReadingRules:
    return _rules(enrolment)


@operation(
    "POST",
    _RULES,
    summary="Hide names from readers or show them, show students the scores or hide them",
    scopes=("manage",),
    body=schemas.NewReadingRules,
    answers={200: schemas.ReadingRules},
)
@for_roles(Role.INSTRUCTOR)
def change_reading_rules(
    enrolment: Enrolment, body: schemas.NewReadingRules
) -> schemas.ReadingRules:
    if body.names_hidden is not None:
        hide_names(enrolment, hidden=body.names_hidden)
    if body.scores_shown is not None:
        publish_scores(enrolment, shown=body.scores_shown)
    return _rules(enrolment)


def _rules(enrolment: Enrolment) -> schemas.ReadingRules:
    kept = db.session.get(ReadingRules, enrolment.course_id)
    shown = enrolment.course.written_scores_published_at is not None
    return schemas.ReadingRules(kept is not None and kept.names_hidden, shown)
