"""Bringing in many students' work by program: upload, look at it, take it in or discard it."""

from __future__ import annotations

from flask import abort, request

from webapp.api.operations import operation
from webapp.api.schemas import Kept, PageQuery, moment
from webapp.base.database import db
from webapp.base.typed_times import NoMoment
from webapp.courses.access import assignment_in, for_roles
from webapp.imports import operations, queries, schemas
from webapp.imports.matching import ImportRefused
from webapp.imports.operations import NotOpen
from webapp.imports.queries import Listed
from webapp.imports.uploaded import keep_archive
from webapp.models import BulkImport, Enrolment, Role

_PATH = "/courses/<slug>/staff/assignments/<name>/import"
_PAGE_ROWS = 500


@operation(
    "GET",
    _PATH,
    summary="The open import: whose file is whose, and how many are handed in",
    scopes=("read",),
    query=PageQuery,
    answers={200: schemas.Import},
)
@for_roles(Role.INSTRUCTOR)
def open_import(enrolment: Enrolment, name: str, query: PageQuery) -> schemas.Import:
    found = queries.open_import(db.session, assignment_in(enrolment, name))
    return _shown(found, query.page) if found is not None else abort(404)


@operation(
    "POST",
    _PATH,
    summary="Read a ZIP archive of notebooks and match them to students; nothing is handed in yet",
    scopes=("manage",),
    file="archive",
    query=schemas.ReceivedQuery,
    answers={201: schemas.Import},
)
@for_roles(Role.INSTRUCTOR)
def read_import(
    enrolment: Enrolment, name: str, query: schemas.ReceivedQuery
) -> tuple[schemas.Import, int]:
    item, file = assignment_in(enrolment, name), request.files.get("archive")
    try:
        found = keep_archive(enrolment, item, file, received=query.received)
    except (ImportRefused, NoMoment) as error:
        abort(422, str(error))
    return _shown(found, 1), 201


@operation(
    "POST",
    f"{_PATH}/take",
    summary="Hand in what was matched; what was broken off goes on",
    scopes=("manage",),
    body=schemas.SeenImport,
    answers={200: schemas.ImportTaken},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def take_import(enrolment: Enrolment, name: str, body: schemas.SeenImport) -> schemas.ImportTaken:
    item = assignment_in(enrolment, name)
    try:
        taken = operations.take_import(db.session, enrolment, item, number=body.number)
    except NotOpen as error:
        abort(409, str(error))
    return schemas.ImportTaken(taken.new, taken.same, taken.dated)


@operation(
    "POST",
    f"{_PATH}/discard",
    summary="Forget what was read",
    scopes=("manage",),
    body=schemas.SeenImport,
    answers={200: Kept},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def discard_import(enrolment: Enrolment, name: str, body: schemas.SeenImport) -> Kept:
    item = assignment_in(enrolment, name)
    try:
        operations.discard_import(db.session, enrolment, item, number=body.number)
    except NotOpen as error:
        abort(409, str(error))
    return Kept(True)


def _shown(found: BulkImport, page: int) -> schemas.Import:
    listed = queries.listed(db.session, found)
    matched = [each.item for each in listed if not each.item.error]
    return schemas.Import(
        found.id,
        found.filename,
        matched=len(matched),
        handed_in=sum(item.submission_id is not None for item in matched),
        files=[_file(each) for each in listed[(page - 1) * _PAGE_ROWS : page * _PAGE_ROWS]],
        found=len(listed),
    )


def _file(each: Listed) -> schemas.ImportFile:
    item = each.item
    return schemas.ImportFile(
        item.name,
        item.user_id,
        item.user.name if item.user else "",
        received_at=moment(item.received_at),
        late=each.worth.late and not item.error,
        submission=item.submission_id,
        error=item.error,
    )
