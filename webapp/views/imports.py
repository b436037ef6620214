"""Importing many students' work: upload an archive, look at whose is whose, take it in."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import audit, import_times, imports
from webapp.access import assignment_in, for_roles
from webapp.database import db
from webapp.import_matching import ImportRefused, gather
from webapp.models import BulkImport, Course, CourseAssignment, Enrolment, Role
from webapp.tools import tools
from webapp.uploads import safe_filename
from webapp.wall_clock import NoMoment

blueprint = Blueprint(
    "imports", __name__, url_prefix="/courses/<slug>/staff/assignments/<name>/import"
)
MOST_BYTES = 256 * 2**20
_SHOWN = 500


@blueprint.before_app_request
def _allow_large_archives() -> None:
    """Before the form is read, and only for those who may import: others keep the usual limit."""
    if request.endpoint != "imports.upload" or not current_user.is_authenticated:
        return
    slug = (request.view_args or {}).get("slug")
    instructor = db.session.scalar(
        sa.select(Enrolment.id)
        .join(Course)
        .where(
            Course.slug == slug,
            Enrolment.user_id == current_user.id,
            Enrolment.role == Role.INSTRUCTOR,
        )
    )
    if instructor is not None:
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
    assignment = assignment_in(enrolment, name)
    try:
        received_at = import_times.chosen(_moment_typed(), assignment)
    except NoMoment as error:
        return _page(enrolment, assignment, of_moment=str(error)), 422
    file = request.files.get("archive")
    if file is None or not file.filename:
        return _page(enrolment, assignment, "No file was chosen: choose a ZIP archive."), 422
    try:
        with tempfile.TemporaryDirectory(prefix="heldout-import-") as folder:
            path = Path(folder) / safe_filename(file.filename)
            with path.open("wb") as target:
                shutil.copyfileobj(file.stream, target)
            _read(enrolment, assignment, path, received_at)
    except ImportRefused as error:
        db.session.rollback()
        return _page(enrolment, assignment, str(error)), 422
    db.session.commit()
    return redirect(_address(enrolment, assignment), code=303)


def _moment_typed() -> str:
    """What the form says of work without a timestamp.txt: `now`, `due` or a moment."""
    kind = request.form.get("received", import_times.NOW)
    return request.form.get("received_at", "").strip() if kind == "at" else kind


def _read(
    enrolment: Enrolment,
    assignment: CourseAssignment,
    path: Path,
    received_at: datetime | None,
) -> None:
    parse = tools().parse_notebook
    found = gather(db.session, assignment, [path], parse, received_at=received_at)
    imports.keep(db.session, assignment, found, filename=path.name, actor_id=enrolment.user_id)


@blueprint.post("/take")
@for_roles(Role.INSTRUCTOR)
def take(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Hand in what was matched; what was broken off goes on."""
    return _finish(enrolment, name, "import work", "staff.assignment")


@blueprint.post("/discard")
@for_roles(Role.INSTRUCTOR)
def discard(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Forget what was read."""
    return _finish(enrolment, name, "discard import", "imports.show")


def _finish(
    enrolment: Enrolment, name: str, action: audit.Action, then: str
) -> Response | tuple[str, int]:
    """Take in or discard the import that the page showed, and note it."""
    assignment = assignment_in(enrolment, name)
    found = _shown(assignment)
    if found is None:
        return _page(enrolment, assignment, "That import is not open any more."), 409
    if action == "import work":
        taken = imports.take_in(db.session, found)
        said = f"{taken.sentence}."
    else:
        imports.discard(db.session, found)
        said = "The import is discarded: nothing was handed in."
    subject = f"import {found.id} of {assignment.assignment}"
    audit.record(db.session, enrolment, action, subject=subject, outcome=said)
    db.session.commit()
    flash(said, "success")
    return redirect(_address(enrolment, assignment, then), code=303)


def _shown(assignment: CourseAssignment) -> BulkImport | None:
    """The open import, if it is the one that the page showed."""
    found = imports.open_import(db.session, assignment)
    return found if found and str(found.id) == request.form.get("import") else None


def _page(
    enrolment: Enrolment, assignment: CourseAssignment, refusal: str = "", *, of_moment: str = ""
) -> str:
    found = imports.open_import(db.session, assignment)
    listed = imports.listed(db.session, found) if found else []
    return render_template(
        "staff/import.html",
        course=enrolment.course,
        assignment=assignment,
        found=found,
        items=listed[:_SHOWN],
        count=len(listed),
        refused=sum(1 for one in listed if one.item.error),
        late=sum(1 for one in listed if one.worth.late and not one.item.error),
        refusal=refusal,
        of_moment=of_moment,
        received=request.form.get("received", import_times.NOW),
        typed=request.form.get("received_at", ""),
        most_bytes=MOST_BYTES,
    )


def _address(enrolment: Enrolment, assignment: CourseAssignment, page: str = "imports.show") -> str:
    return url_for(page, slug=enrolment.course.slug, name=assignment.assignment)
