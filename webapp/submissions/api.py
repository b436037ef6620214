"""Handing in and following one's submissions, by program."""

from __future__ import annotations

from flask import abort

from webapp.api import schemas
from webapp.api.operations import OWN_WORK, PAGE_ROWS, operation
from webapp.api.schemas import PageQuery, Receipt, Submissions, moment
from webapp.base.database import db
from webapp.courses.access import assignment_in, for_roles
from webapp.models import Enrolment, Role
from webapp.site.uploads import FileRefused
from webapp.submissions.as_json import brief
from webapp.submissions.operations import AttemptRefused, NotOpen
from webapp.submissions.queries import own_submissions
from webapp.submissions.sent import hand_in_sent
from webapp.visibility import sight as visibility


@operation(
    "POST",
    "/courses/<slug>/assignments/<name>/submissions",
    summary="Hand in a notebook: 201 and a receipt, or 200 for the same work again",
    scopes=("submit",),
    file="notebook",
    answers={201: Receipt, 200: Receipt},
    errors=(409, 413, 422),
)
@for_roles(Role.STUDENT)
def submit(enrolment: Enrolment, name: str) -> tuple[Receipt, int]:
    assignment = assignment_in(enrolment, name)
    try:
        receipt = hand_in_sent(enrolment, assignment)
    except (NotOpen, AttemptRefused) as error:
        abort(409, str(error))
    except FileRefused as error:
        abort(422, str(error))
    found = visibility.for_reader(db.session, enrolment, receipt.submission)
    shown = Receipt(
        **brief(enrolment, found),
        new=receipt.new,
        received_at=moment(found.received_at) or "",
        sha256=found.sha256_as_sent,
    )
    return shown, 201 if receipt.new else 200


@operation(
    "GET",
    "/courses/<slug>/submissions",
    summary="One's own submissions, newest first",
    scopes=OWN_WORK,
    query=PageQuery,
    answers={200: Submissions},
)
@for_roles(Role.STUDENT)
def submissions(enrolment: Enrolment, query: PageQuery) -> Submissions:
    rows, found = own_submissions(
        db.session, enrolment.course, enrolment.user_id, page=query.page, rows=PAGE_ROWS
    )
    visible = visibility.for_student(db.session, rows)
    shown = [schemas.Submission(**brief(enrolment, row)) for row in visible]
    return Submissions(shown, found)
