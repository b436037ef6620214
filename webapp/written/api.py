"""The course's lists by program: suggested papers, and examples of proposals."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import STAFF_PATH, operation
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.written import operations, schemas
from webapp.written.examples import Example, ExamplesError, examples_of
from webapp.written.papers import PaperListError, suggested

_PAPERS, _EXAMPLES = f"{STAFF_PATH}/papers", f"{STAFF_PATH}/examples"


@operation(
    "GET",
    _PAPERS,
    summary="The papers that students are suggested for the review",
    scopes=("read",),
    answers={200: schemas.Papers},
)
@for_roles(*STAFF)
def suggested_papers(enrolment: Enrolment) -> schemas.Papers:
    return schemas.Papers(suggested(db.session, enrolment.course_id))


@operation(
    "POST",
    _PAPERS,
    summary="Suggest other papers; what students chose already stays",
    scopes=("manage",),
    body=schemas.Papers,
    answers={200: schemas.Papers},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def suggest_papers(enrolment: Enrolment, body: schemas.Papers) -> schemas.Papers:
    try:
        operations.suggest_papers(db.session, enrolment, map(_on_one_line, body.papers))
    except PaperListError as error:
        abort(409, str(error))
    return schemas.Papers(suggested(db.session, enrolment.course_id))


@operation(
    "GET",
    _EXAMPLES,
    summary="The examples of proposals that students see",
    scopes=("read",),
    answers={200: schemas.ExampleProposals},
)
@for_roles(*STAFF)
def example_proposals(enrolment: Enrolment) -> schemas.ExampleProposals:
    return _examples(enrolment)


def _examples(enrolment: Enrolment) -> schemas.ExampleProposals:
    found = examples_of(db.session, enrolment.course_id)
    return schemas.ExampleProposals(
        [schemas.ExampleProposal(each.title, each.text) for each in found]
    )


@operation(
    "POST",
    _EXAMPLES,
    summary="Show other examples of proposals",
    scopes=("manage",),
    body=schemas.ExampleProposals,
    answers={200: schemas.ExampleProposals},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def show_examples(enrolment: Enrolment, body: schemas.ExampleProposals) -> schemas.ExampleProposals:
    one_line = [
        Example(_on_one_line(each.title), _on_one_line(each.text)) for each in body.examples
    ]
    try:
        operations.show_examples(db.session, enrolment, one_line)
    except ExamplesError as error:
        abort(409, str(error))
    return _examples(enrolment)


def _on_one_line(text: str) -> str:
    """A text as a page's line, where anything that ends a line, as U+2028 does, begins the next."""
    return " ".join(text.split())
