"""Marking by program: regrade requests, points set by hand, and notes about students."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import contains_eager

from webapp.api.operations import PAGE_ROWS, STAFF_PATH, operation
from webapp.api.schemas import (
    Kept,
    StaffSubmission,
    StaffSubmissions,
    StaffSubmissionsQuery,
    SubmissionResult,
    moment,
)
from webapp.audit.record import record
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import CourseAssignment, Enrolment, RegradeRequest, RequestState, Submission
from webapp.results import kept_replies, schemas
from webapp.results import requests as regrade_requests
from webapp.results.operations import GradeRefused, give_points
from webapp.results.requests import Answer, RequestRefused
from webapp.results.schemas import NewReply, Replies, Reply
from webapp.results.student_api import result_of
from webapp.scoring import overrides
from webapp.scoring.overrides import OverrideRefused
from webapp.submissions.api import brief
from webapp.visibility.submissions import submission_in

_REPLIES = f"{STAFF_PATH}/replies"
_OVERRIDE = f"{STAFF_PATH}/submissions/<int:submission_id>/overrides"


@operation(
    "GET",
    f"{STAFF_PATH}/requests",
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
        rows=PAGE_ROWS,
    )
    shown = listed.requests if listed.page == query.page else ()
    return schemas.RegradeRequests([_request(row) for row in shown], listed.found)


@operation(
    "POST",
    f"{STAFF_PATH}/requests/<int:request_id>/answer",
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
    record(db.session, enrolment, "answer regrade request", subject=subject, **detail)
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
    )
    db.session.commit()
    return answer


@operation(
    "POST",
    f"{STAFF_PATH}/submissions/<int:submission_id>/grades/<question>",
    summary="Give a written answer's points by hand",
    scopes=("grade",),
    body=schemas.HandPoints,
    answers={200: Kept},
    errors=(409,),
)
@for_roles(*STAFF)
def give_points_by_hand(
    enrolment: Enrolment, submission_id: int, question: str, body: schemas.HandPoints
) -> Kept:
    submission = submission_in(enrolment, submission_id)
    comment = body.comment.strip()
    try:
        give_points(enrolment, submission, question, f"{body.points:.12g}", comment=comment)
    except GradeRefused as error:
        db.session.rollback()
        abort(409, str(error))
    return Kept(True)


@operation(
    "GET",
    _REPLIES,
    summary="The replies that staff keep for regrade requests",
    scopes=("read",),
    answers={200: Replies},
)
@for_roles(*STAFF)
def replies(enrolment: Enrolment) -> Replies:
    return _replies(enrolment)


def _replies(enrolment: Enrolment) -> Replies:
    found = kept_replies.of(db.session, enrolment.course)
    return Replies([Reply(each.id, each.title, each.text) for each in found])


@operation(
    "POST",
    _REPLIES,
    summary="Keep a reply for everyone on the staff",
    scopes=("grade",),
    body=NewReply,
    answers={201: Replies},
    errors=(409,),
)
@for_roles(*STAFF)
def keep_reply(enrolment: Enrolment, body: NewReply) -> tuple[Replies, int]:
    title, text = body.title.strip(), body.text.strip()
    if refusal := kept_replies.add(db.session, enrolment.course, title, text):
        abort(409, refusal)
    db.session.commit()
    return _replies(enrolment), 201


@operation(
    "POST",
    f"{_REPLIES}/<int:reply_id>/remove",
    summary="Forget a reply",
    scopes=("grade",),
    answers={200: Kept},
)
@for_roles(*STAFF)
def forget_reply(enrolment: Enrolment, reply_id: int) -> Kept:
    if not kept_replies.remove(db.session, enrolment.course, reply_id):
        abort(404)
    db.session.commit()
    return Kept(True)


@operation(
    "GET",
    "/courses/<slug>/staff/submissions",
    summary="Everybody's submissions, newest first",
    scopes=("read",),
    query=StaffSubmissionsQuery,
    answers={200: StaffSubmissions},
)
@for_roles(*STAFF)
def staff_submissions(enrolment: Enrolment, query: StaffSubmissionsQuery) -> StaffSubmissions:
    wanted = (
        sa.select(Submission)
        .join(Submission.course_assignment)
        .join(Submission.user)
        .options(contains_eager(Submission.course_assignment), contains_eager(Submission.user))
        .where(CourseAssignment.course_id == enrolment.course_id)
        .order_by(Submission.id.desc())
    )
    if query.assignment:
        wanted = wanted.where(CourseAssignment.assignment == query.assignment)
    if query.user:
        wanted = wanted.where(Submission.user_id == query.user)
    count = sa.select(sa.func.count()).select_from(wanted.order_by(None).subquery())
    found = db.session.scalar(count) or 0
    rows = db.session.scalars(wanted.limit(PAGE_ROWS).offset((query.page - 1) * PAGE_ROWS))
    shown = [
        StaffSubmission(
            **brief(enrolment, row),
            user=row.user_id,
            name=row.user.name,
            received_at=moment(row.received_at) or "",
        )
        for row in rows
    ]
    return StaffSubmissions(shown, found)


@operation(
    "GET",
    "/courses/<slug>/staff/submissions/<int:submission_id>",
    summary="Anybody's submission with its result",
    scopes=("read",),
    answers={200: SubmissionResult},
)
@for_roles(*STAFF)
def staff_submission(enrolment: Enrolment, submission_id: int) -> SubmissionResult:
    return result_of(enrolment, submission_in(enrolment, submission_id))
