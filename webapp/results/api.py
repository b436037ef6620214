"""Marking by program: regrade requests, points set by hand, and notes about students."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import operation
from webapp.api.schemas import moment
from webapp.audit.record import record
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles, student_in, submission_in
from webapp.gradebook.score_table_pages import GradeRefused, give_points
from webapp.models import Enrolment, RegradeRequest, RequestState
from webapp.people import student_file
from webapp.people.student_pages import forget_note
from webapp.results import requests as regrade_requests
from webapp.results import schemas
from webapp.results.requests import Answer, RequestRefused
from webapp.scoring import overrides
from webapp.scoring.overrides import OverrideRefused

_PAGE_ROWS = 100
_STAFF = "/courses/<slug>/staff"
_OVERRIDE = f"{_STAFF}/submissions/<int:submission_id>/overrides"


@operation(
    "GET",
    f"{_STAFF}/requests",
    summary="Regrade requests, the open ones first",
    scopes=("read",),
    query=schemas.RequestsQuery,
    answers={200: schemas.RegradeRequests},
)
@for_roles(*STAFF)
def requests(enrolment: Enrolment, query: schemas.RequestsQuery) -> schemas.RegradeRequests:
    listed = regrade_requests.page_of(
        db.session,
        enrolment.course,
        state=query.state,
        assignment=query.assignment,
        search="",
        page=query.page,
        rows=_PAGE_ROWS,
    )
    shown = listed.requests if listed.page == query.page else ()
    return schemas.RegradeRequests([_request(row) for row in shown], listed.found)


@operation(
    "POST",
    f"{_STAFF}/requests/<int:request_id>/answer",
    summary="Accept or decline a regrade request, perhaps with points",
    scopes=("grade",),
    body=schemas.RequestAnswer,
    answers={200: schemas.RegradeRequestInfo},
    errors=(409,),
)
@for_roles(*STAFF)
def answer_request(
    enrolment: Enrolment, request_id: int, body: schemas.RequestAnswer
) -> schemas.RegradeRequestInfo:
    asked = regrade_requests.request_in(db.session, enrolment.course, request_id) or abort(404)
    points = "" if body.points is None else format(body.points, ".12g")
    given = Answer(RequestState(body.decision), body.reply, points)
    try:
        regrade_requests.answer(db.session, asked, given, actor_id=enrolment.user_id)
    except RequestRefused as error:
        db.session.rollback()
        abort(409, str(error))
    detail = {"question": asked.question, "answer": str(asked.state), "reason": asked.reply}
    detail |= {"points": points} if points else {}
    subject = f"submission {asked.submission_id}"
    record(db.session, enrolment, "answer regrade request", subject=subject, by="API", **detail)
    db.session.commit()
    return _request(asked)


def _request(asked: RegradeRequest) -> schemas.RegradeRequestInfo:
    return schemas.RegradeRequestInfo(
        request=asked.id,
        assignment=asked.course_assignment.assignment,
        submission=asked.submission_id,
        user=asked.user_id,
        question=asked.question,
        reason=asked.reason,
        state=asked.state,
        reply=asked.reply,
        created_at=moment(asked.created_at) or "",
    )


@operation(
    "POST",
    _OVERRIDE,
    summary="Let staff's points count for a question, or with no question for the whole",
    scopes=("grade",),
    body=schemas.NewOverride,
    answers={200: schemas.OverrideInfo},
    errors=(409,),
)
@for_roles(*STAFF)
def set_override(
    enrolment: Enrolment, submission_id: int, body: schemas.NewOverride
) -> schemas.OverrideInfo:
    submission = submission_in(enrolment, submission_id)
    try:
        found = overrides.set_points(
            db.session,
            submission,
            question=body.question,
            points=format(body.points, ".12g"),
            reason=body.reason,
            actor_id=enrolment.user_id,
        )
    except OverrideRefused as error:
        db.session.rollback()
        abort(409, str(error))
    record(
        db.session,
        enrolment,
        "override score",
        subject=f"submission {submission_id}",
        question=body.question or "whole attempt",
        before=found.automatic,
        points=found.points,
        reason=found.reason,
        by="API",
    )
    answer = schemas.OverrideInfo(submission_id, found.question, found.points, found.automatic)
    db.session.commit()
    return answer


@operation(
    "POST",
    f"{_OVERRIDE}/remove",
    summary="Let what the checks gave count again",
    scopes=("grade",),
    body=schemas.OldOverride,
    answers={200: schemas.OverrideInfo},
    errors=(409,),
)
@for_roles(*STAFF)
def remove_override(
    enrolment: Enrolment, submission_id: int, body: schemas.OldOverride
) -> schemas.OverrideInfo:
    submission = submission_in(enrolment, submission_id)
    removed = overrides.remove(db.session, submission, body.question)
    if removed is None:
        abort(409, "There are no points set by hand to remove.")
    answer = schemas.OverrideInfo(
        submission_id, removed.question, removed.points, removed.automatic
    )
    record(
        db.session,
        enrolment,
        "remove override",
        subject=f"submission {submission_id}",
        question=body.question or "whole attempt",
        points=removed.points,
        by="API",
    )
    db.session.commit()
    return answer


@operation(
    "GET",
    f"{_STAFF}/students/<int:user_id>/notes",
    summary="What staff noted about a student",
    scopes=("read",),
    answers={200: schemas.Notes},
)
@for_roles(*STAFF)
def notes(enrolment: Enrolment, user_id: int) -> schemas.Notes:
    found = student_file.notes_of(db.session, enrolment.course, student_in(enrolment, user_id))
    return schemas.Notes(
        [
            schemas.Note(row.id, row.author.name, row.text, moment(row.created_at) or "")
            for row in found
        ]
    )


@operation(
    "POST",
    f"{_STAFF}/students/<int:user_id>/notes",
    summary="Keep a note about a student for the rest of the staff",
    scopes=("grade",),
    body=schemas.NewNote,
    answers={201: schemas.Kept},
    errors=(409,),
)
@for_roles(*STAFF)
def add_note(enrolment: Enrolment, user_id: int, body: schemas.NewNote) -> tuple[schemas.Kept, int]:
    student = student_in(enrolment, user_id)
    refusal = student_file.add_note(
        db.session, enrolment.course, student, author_id=enrolment.user_id, text=body.text
    )
    if refusal:
        abort(409, refusal)
    record(db.session, enrolment, "add note", subject=f"user {user_id}", by="API")
    db.session.commit()
    return schemas.Kept(True), 201


@operation(
    "POST",
    f"{_STAFF}/students/<int:user_id>/notes/<int:note_id>/remove",
    summary="Forget a note about a student",
    scopes=("grade",),
    answers={200: schemas.Kept},
)
@for_roles(*STAFF)
def remove_note(enrolment: Enrolment, user_id: int, note_id: int) -> schemas.Kept:
    if not forget_note(enrolment, student_in(enrolment, user_id), note_id, by="API"):
        abort(404)
    return schemas.Kept(True)


@operation(
    "POST",
    f"{_STAFF}/submissions/<int:submission_id>/grades/<question>",
    summary="Give a written answer's points by hand",
    scopes=("grade",),
    body=schemas.HandPoints,
    answers={200: schemas.Kept},
    errors=(409,),
)
@for_roles(*STAFF)
def give_points_by_hand(
    enrolment: Enrolment, submission_id: int, question: str, body: schemas.HandPoints
) -> schemas.Kept:
    submission = submission_in(enrolment, submission_id)
    comment = body.comment.strip()
    try:
        give_points(
            enrolment, submission, question, f"{body.points:.12g}", comment=comment, by="API"
        )
    except GradeRefused as error:
        db.session.rollback()
        abort(409, str(error))
    return schemas.Kept(True)
