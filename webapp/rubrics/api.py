"""How written work is read, by program: rubrics, kept comments, and what is hidden or shown."""

from __future__ import annotations

from typing import NoReturn

from flask import abort

from webapp.api.operations import STAFF_PATH, operation
from webapp.api.schemas import Kept
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.rubrics import schemas
from webapp.rubrics.pages import VERSION, bank_of, change_work_rubric, forget_comment, keep_comment
from webapp.rubrics.rubrics import KINDS, RubricError, rubric_of
from webapp.rubrics.schemas import RubricInfo, rubric_info

_RUBRIC, _COMMENTS = f"{STAFF_PATH}/rubrics/<kind>", f"{STAFF_PATH}/comments"
_QUESTION = f"{STAFF_PATH}/assignments/<name>/answers/<question>"


@operation(
    "GET",
    _RUBRIC,
    summary="The rubric of proposals, reviews or presentations (`kind`)",
    scopes=("read",),
    answers={200: RubricInfo},
)
@for_roles(*STAFF)
def rubric_of_kind(enrolment: Enrolment, kind: str) -> RubricInfo:
    return rubric_info(rubric_of(db.session, enrolment.course_id, _known(kind)))


@operation(
    "POST",
    _RUBRIC,
    summary="Change that rubric, and with it the points of everything that is read already",
    scopes=("manage",),
    body=schemas.NewRubric,
    answers={200: schemas.RubricChanged},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def change_rubric_of_kind(
    enrolment: Enrolment, kind: str, body: schemas.NewRubric
) -> schemas.RubricChanged:
    try:
        changed = change_work_rubric(enrolment, _known(kind), _fields(body))
    except RubricError as error:
        _refuse(error)
    rubric = rubric_of(db.session, enrolment.course_id, kind)
    return schemas.RubricChanged(rubric_info(rubric), changed)


@operation(
    "GET",
    _COMMENTS,
    summary="The comments that graders keep",
    scopes=("read",),
    answers={200: schemas.BankComments},
)
@for_roles(*STAFF)
def kept_comments(enrolment: Enrolment) -> schemas.BankComments:
    return _comments(enrolment)


@operation(
    "POST",
    _COMMENTS,
    summary="Keep a comment for all graders of the course",
    scopes=("grade",),
    body=schemas.NewBankComment,
    answers={201: schemas.BankComments},
    errors=(409,),
)
@for_roles(*STAFF)
def keep_bank_comment(
    enrolment: Enrolment, body: schemas.NewBankComment
) -> tuple[schemas.BankComments, int]:
    if refusal := keep_comment(enrolment, body.text.strip()):
        abort(409, refusal)
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
    forget_comment(enrolment, comment_id)
    return Kept(True)


def _known(kind: str) -> str:
    return kind if kind in KINDS else abort(404)


def _refuse(error: RubricError) -> NoReturn:
    db.session.rollback()
    abort(409, str(error))


def _fields(body: schemas.NewRubric) -> dict[str, str]:
    """The rubric as the page's form sends it, which is read in one way alone.

    Raises RubricError where an item has no title, which on the form leaves the item out.
    """
    found = {VERSION: body.version}
    for place, item in enumerate(body.items):
        if not item.title.strip():
            raise RubricError(f"Item {place + 1} has no title: give it one, or leave it out.")
        found |= {f"item-{place}": item.item, f"title-{place}": item.title}
        for number, level in enumerate(item.levels):
            found[f"level-{place}-{number}"] = level.level
            found[f"points-{place}-{number}"] = f"{level.points:.12g}"
            found[f"label-{place}-{number}"] = level.label
    return found


def _comments(enrolment: Enrolment) -> schemas.BankComments:
    return schemas.BankComments(
        [schemas.BankComment(each.id, each.text) for each in bank_of(enrolment)]
    )
