"""Importing many students' work: upload an archive, look at whose is whose, take it in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.base.typed_times import NoMoment
from webapp.courses.access import assignment_in, for_roles
from webapp.imports import operations, queries, times
from webapp.imports.matching import ImportRefused
from webapp.imports.operations import NotOpen
from webapp.imports.uploaded import MOST_BYTES, keep_archive
from webapp.models import CourseAssignment, Enrolment, Role
from webapp.site.addresses import row_number

blueprint = Blueprint(
    "imports", __name__, url_prefix="/courses/<slug>/staff/assignments/<name>/import"
)
# Which take an archive: the page and the operation.
_TAKE_ARCHIVES = ("imports.upload", "api.read_import")
_SHOWN = 500


@blueprint.before_app_request
def _allow_large_archives() -> None:
    """Before the form is read, and only for those who may import: others keep the usual limit."""
    if request.endpoint not in _TAKE_ARCHIVES or not current_user.is_authenticated:
        return
    slug = (request.view_args or {}).get("slug")
    if slug and queries.may_import(db.session, slug, current_user.id):
        request.max_content_length = MOST_BYTES


@blueprint.get("")
@for_roles(Role.INSTRUCTOR)
def show(enrolment: Enrolment, name: str) -> str:
    """The form, or what was read and for whom."""
    return _page(enrolment, assignment_in(enrolment, name))


@blueprint.post("")
@for_roles(Role.INSTRUCTOR)
def upload(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Read an archive and match it to students; nothing is handed in yet."""
    assignment, file = assignment_in(enrolment, name), request.files.get("archive")
    try:
        keep_archive(enrolment, assignment, file, received=_moment_typed())
    except NoMoment as error:
        return _page(enrolment, assignment, of_moment=str(error)), 422
    except ImportRefused as error:
        return _page(enrolment, assignment, str(error)), 422
    return redirect(_address(enrolment, assignment), code=303)


def _moment_typed() -> str:
    """What the form says of work without a timestamp.txt: `now`, `due` or a moment."""
    kind = request.form.get("received", times.NOW)
    return request.form.get("received_at", "").strip() if kind == "at" else kind


@blueprint.post("/take")
@for_roles(Role.INSTRUCTOR)
def take(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Hand in what was matched; what was broken off goes on."""
    assignment = assignment_in(enrolment, name)
    try:
        taken = operations.take_import(db.session, enrolment, assignment, number=_looked_at())
    except NotOpen as error:
        return _page(enrolment, assignment, str(error)), 409
    flash(f"{taken.sentence}.", "success")
    return redirect(_address(enrolment, assignment, "insight.assignment"), code=303)


@blueprint.post("/discard")
@for_roles(Role.INSTRUCTOR)
def discard(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Forget what was read."""
    assignment = assignment_in(enrolment, name)
    try:
        said = operations.discard_import(db.session, enrolment, assignment, number=_looked_at())
    except NotOpen as error:
        return _page(enrolment, assignment, str(error)), 409
    flash(said, "success")
    return redirect(_address(enrolment, assignment), code=303)


def _looked_at() -> int:
    """The number of the import that the page showed; 0 is none's."""
    return request.form.get("import", 0, type=row_number)


def _page(
    enrolment: Enrolment, assignment: CourseAssignment, refusal: str = "", *, of_moment: str = ""
) -> str:
    found = queries.open_import(db.session, assignment)
    listed = queries.listed(db.session, found) if found else []
    return render_template(
        "imports/import.html",
        course=enrolment.course,
        assignment=assignment,
        found=found,
        items=listed[:_SHOWN],
        count=len(listed),
        refused=sum(1 for one in listed if one.item.error),
        late=sum(1 for one in listed if one.worth.late and not one.item.error),
        refusal=refusal,
        of_moment=of_moment,
        received=request.form.get("received", times.NOW),
        typed=request.form.get("received_at", ""),
        most_bytes=MOST_BYTES,
    )


def _address(enrolment: Enrolment, assignment: CourseAssignment, page: str = "imports.show") -> str:
    return url_for(page, slug=enrolment.course.slug, name=assignment.assignment)
