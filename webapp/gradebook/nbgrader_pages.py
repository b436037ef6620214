"""Bringing an nbgrader gradebook back: upload it, look at what changes, take it in."""

from __future__ import annotations

import tempfile
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from autograder.nbgrader.gradebook import GradebookError
from autograder.nbgrader.gradebook_reading import read_gradebook
from webapp.audit.record import record
from webapp.base.config import MAX_UPLOAD_BYTES
from webapp.base.database import db
from webapp.courses.access import for_roles
from webapp.gradebook.from_nbgrader import Comparison, compare, take
from webapp.models import Content, Enrolment, Role
from webapp.site.uploads import FileRefused, read_upload, store

blueprint = Blueprint("gradebook_import", __name__, url_prefix="/courses/<slug>/staff/gradebook")
_SHOWN = 500
_OPEN_SECONDS = 24 * 3600


@blueprint.get("")
@for_roles(Role.INSTRUCTOR)
def show(enrolment: Enrolment) -> str:
    """The form."""
    return _page(enrolment)


@blueprint.post("")
@for_roles(Role.INSTRUCTOR)
def upload(enrolment: Enrolment) -> str | tuple[str, int]:
    """Read a gradebook and show what it would change; nothing is changed yet."""
    try:
        comparison, token = look_into(enrolment)
    except (FileRefused, GradebookError) as error:
        db.session.rollback()
        return _page(enrolment, refusal=str(error)), 422
    return _page(enrolment, comparison=comparison, token=token)


def look_into(enrolment: Enrolment) -> tuple[Comparison, str]:
    """What the uploaded gradebook would change, and the token that takes it in.

    Raises FileRefused and GradebookError.
    """
    file = request.files.get("gradebook")
    found = read_upload(file, most=MAX_UPLOAD_BYTES, what="nbgrader's gradebook.db")
    comparison = _compared(enrolment, found.data)
    store(db.session, found)
    db.session.commit()
    return comparison, _serializer().dumps([enrolment.course_id, found.sha256])


@blueprint.post("/take")
@for_roles(Role.INSTRUCTOR)
def take_in(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Give the points that the page showed."""
    try:
        count = take_changes(enrolment, request.form.get("token", ""))
    except GradebookError as error:
        return _page(enrolment, refusal=str(error)), 409
    flash(f"{count} written answer{'s' if count != 1 else ''} graded from nbgrader.", "success")
    return redirect(url_for("grades.show", slug=enrolment.course.slug), code=303)


def take_changes(enrolment: Enrolment, token: str) -> int:
    """Give the points of the gradebook that was looked into; how many. Raises GradebookError."""
    sha256 = _sha256_of(enrolment, token)
    data = db.session.scalar(sa.select(Content.data).where(Content.sha256 == sha256))
    if sha256 is None or data is None:
        raise GradebookError("That gradebook is not open any more: upload it again.")
    comparison = _compared(enrolment, data)
    take(db.session, comparison.changes, enrolment.user_id)
    for change in comparison.changes:
        record(
            db.session,
            enrolment,
            "grade written answer",
            subject=f"submission {change.submission_id}",
            question=change.question,
            points=change.new,
            before=change.old,
            by="nbgrader gradebook",
        )
    db.session.execute(sa.delete(Content).where(Content.sha256 == sha256))
    db.session.commit()
    return len(comparison.changes)


def _compared(enrolment: Enrolment, data: bytes) -> Comparison:
    with tempfile.TemporaryDirectory(prefix="heldout-gradebook-") as folder:
        path = Path(folder) / "gradebook.db"
        path.write_bytes(data)
        try:
            grades = read_gradebook(path)
        except GradebookError as error:
            # It names the file by its place here, which is nobody's business.
            said = str(error).replace(str(path), "The file").rstrip(".")
            raise GradebookError(f"{said}.") from None
        return compare(db.session, enrolment.course, grades)


def _sha256_of(enrolment: Enrolment, token: str) -> str | None:
    try:
        course_id, sha256 = _serializer().loads(token, max_age=_OPEN_SECONDS)
    except (BadSignature, ValueError):
        return None
    return str(sha256) if course_id == enrolment.course_id else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="heldout-gradebook")


def _page(
    enrolment: Enrolment,
    *,
    refusal: str = "",
    comparison: Comparison | None = None,
    token: str = "",
) -> str:
    return render_template(
        "gradebook/nbgrader.html",
        course=enrolment.course,
        refusal=refusal,
        comparison=comparison,
        token=token,
        shown=_SHOWN,
    )
