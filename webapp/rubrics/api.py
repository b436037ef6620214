"""The comments that graders keep, by program."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import STAFF_PATH, operation
from webapp.api.schemas import Kept
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment
from webapp.rubrics import operations
from webapp.rubrics.operations import CommentRefused
from webapp.rubrics.queries import bank_of, comment_in
from webapp.rubrics.schemas import BankComment, BankComments, NewBankComment

_COMMENTS = f"{STAFF_PATH}/comments"


@operation(
    "GET",
    _COMMENTS,
    summary="The comments that graders keep",
    scopes=("read",),
    answers={200: BankComments},
)
@for_roles(*STAFF)
def kept_comments(enrolment: Enrolment) -> BankComments:
    return _comments(enrolment)


@operation(
    "POST",
    _COMMENTS,
    summary="Keep a comment for all graders of the course",
    scopes=("grade",),
    body=NewBankComment,
    answers={201: BankComments},
    errors=(409,),
)
@for_roles(*STAFF)
def keep_bank_comment(enrolment: Enrolment, body: NewBankComment) -> tuple[BankComments, int]:
    try:
        operations.keep_comment(db.session, enrolment, body.text.strip())
    except CommentRefused as error:
        abort(409, str(error))
    return _comments(enrolment), 201


@operation(
    "POST",
    f"{_COMMENTS}/<int:comment_id>/remove",
    summary="Keep a comment no longer; where it was given it stays",
    scopes=("grade",),
    answers={200: Kept},
)
@for_roles(*STAFF)
def forget_bank_comment(enrolment: Enrolment, comment_id: int) -> Kept:
    found = comment_in(db.session, enrolment.course_id, comment_id) or abort(404)
    operations.forget_comment(db.session, found)
    return Kept(True)


def _comments(enrolment: Enrolment) -> BankComments:
    found = bank_of(db.session, enrolment.course_id)
    return BankComments([BankComment(each.id, each.text) for each in found])
