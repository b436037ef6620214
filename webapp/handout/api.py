"""The release of an assignment by program: what it is, as a zip, and the notebook alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response, abort

from webapp.api.operations import OWN_WORK, File, operation
from webapp.api.schemas import moment
from webapp.courses.access import assignment_in, for_roles
from webapp.handout import schemas
from webapp.handout.panel import panel_of
from webapp.handout.taking import NOTEBOOK, ZIP, NotYet, require_open, sent, to_take
from webapp.models import Enrolment, Role

if TYPE_CHECKING:
    from autograder.sandbox.outside_mounts import Package

_RELEASE = "/courses/<slug>/assignments/<name>/release"


@operation(
    "GET",
    _RELEASE,
    summary="What is handed out of an assignment, what grades it, and whether it changed",
    scopes=OWN_WORK,
    answers={200: schemas.Handout},
    errors=(409,),
)
@for_roles(Role.STUDENT)
def handout(enrolment: Enrolment, name: str) -> schemas.Handout:
    item = assignment_in(enrolment, name)
    require_open(item)
    panel = panel_of(enrolment, item)
    described, release = panel.about, panel.release
    if described is None or (release is None and not panel.being_made):
        abort(409, "The notebook cannot be handed out just now: ask your staff.")
    return schemas.Handout(
        item.assignment,
        release.digest if release else None,
        [f"{item.assignment}.ipynb", *described.files],
        moment(panel.taken.taken_at) if panel.taken else None,
        panel.changed,
        described.python,
        _packages(described.packages),
        _packages(described.beneath),
        [
            schemas.QuestionInfo(each.name, each.title, each.points, each.kind == "manual")
            for each in described.questions
        ],
    )


@operation(
    "GET",
    f"{_RELEASE}/zip",
    summary="The notebook with its data, and a text about what grades it",
    scopes=OWN_WORK,
    answers={200: File(ZIP)},
    errors=(409,),
)
@for_roles(Role.STUDENT)
def release_zip(enrolment: Enrolment, name: str) -> Response:
    try:
        return sent(to_take(enrolment, assignment_in(enrolment, name)).archive)
    except NotYet as error:
        abort(409, str(error))


@operation(
    "GET",
    f"{_RELEASE}/notebook",
    summary="The notebook alone",
    scopes=OWN_WORK,
    answers={200: File(NOTEBOOK)},
    errors=(409,),
)
@for_roles(Role.STUDENT)
def release_notebook(enrolment: Enrolment, name: str) -> Response:
    try:
        return sent(to_take(enrolment, assignment_in(enrolment, name)).notebook)
    except NotYet as error:
        abort(409, str(error))


def _packages(found: Iterable[Package]) -> list[schemas.PackageInfo]:
    return [schemas.PackageInfo(each.name, each.version, list(each.imports)) for each in found]
