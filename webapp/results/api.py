"""Results by program: regrade requests, points set by hand, kept replies, submissions."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import PAGE_ROWS, STAFF_PATH, operation
from webapp.api.schemas import (
    Kept,
    StaffSubmission,
    StaffSubmissions,
    StaffSubmissionsQuery,
    SubmissionResult,
    moment,
)
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, RegradeRequest, RequestState
from webapp.results import kept_replies, operations, schemas
from webapp.results import requests as regrade_requests
from webapp.results.as_json import result_of
from webapp.results.operations import Answer, GradeRefused, ReplyRefused, RequestRefused
from webapp.results.schemas import NewReply, Replies, Reply
from webapp.scoring.points_by_hand import OverrideRefused
from webapp.submissions.as_json import brief
from webapp.submissions.queries import everybodys
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
    given = Answer(RequestState(body.decision), body.reply, body.points)
    try:
        operations.answer_request(db.session, enrolment, asked, given)
    except RequestRefused as error:
        abort(409, str(error))
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
    submission = submission_in(db.session, enrolment, submission_id)
    try:
        made = operations.override_score(
            db.session,
            enrolment,
            submission,
            question=body.question,
            points=body.points,
            reason=body.reason,
        )
    except OverrideRefused as error:
        abort(409, str(error))
    return schemas.OverrideInfo(submission_id, made.question, made.points, made.automatic)


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
    submission = submission_in(db.session, enrolment, submission_id)
    question = body.question
    try:
        gone = operations.remove_override(db.session, enrolment, submission, question=question)
    except OverrideRefused as error:
        abort(409, str(error))
    return schemas.OverrideInfo(submission_id, gone.question, gone.points, gone.automatic)


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
    submission = submission_in(db.session, enrolment, submission_id)
    try:
        operations.give_points(
            db.session,
            enrolment,
            submission,
            question=question,
            points=body.points,
            comment=body.comment.strip(),
        )
    except operations.NoSuchQuestion:
        abort(404)
    except GradeRefused as error:
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
    try:
        operations.keep_reply(db.session, enrolment.course, title=title, text=text)
    except ReplyRefused as error:
        abort(409, str(error))
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
    if not operations.forget_reply(db.session, enrolment.course, reply_id):
        abort(404)
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
    rows, found = everybodys(
        db.session,
        enrolment.course,
        assignment=query.assignment,
        user_id=query.user,
        page=query.page,
        rows=PAGE_ROWS,
    )
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
    return result_of(enrolment, submission_in(db.session, enrolment, submission_id))
