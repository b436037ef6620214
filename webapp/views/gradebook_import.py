"""Bringing an nbgrader gradebook back: upload it, look at what changes, take it in."""

from __future__ import annotations

import tempfile
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from autograder.gradebook import GradebookError
from autograder.gradebook_reading import read_gradebook
from webapp import audit
from webapp.access import for_roles
from webapp.config import MAX_UPLOAD_BYTES
from webapp.database import db
from webapp.models import Content, Enrolment, Role
from webapp.nbgrader_import import Comparison, compare, take
from webapp.tools import FileRefused
from webapp.uploads import read_upload, store

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
        file = request.files.get("gradebook")
        found = read_upload(file, most=MAX_UPLOAD_BYTES, what="nbgrader's gradebook.db")
        comparison = _compared(enrolment, found.data)
    except (FileRefused, GradebookError) as error:
        db.session.rollback()
        return _page(enrolment, refusal=str(error)), 422
    store(db.session, found)
    db.session.commit()
    token = _serializer().dumps([enrolment.course_id, found.sha256])
    return _page(enrolment, comparison=comparison, token=token)


@blueprint.post("/take")
@for_roles(Role.INSTRUCTOR)
def take_in(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Give the points that the page showed."""
    sha256 = _sha256_of(enrolment, request.form.get("token", ""))
    data = db.session.scalar(sa.select(Content.data).where(Content.sha256 == sha256))
    if sha256 is None or data is None:
        return _page(
            enrolment, refusal="That gradebook is not open any more: upload it again."
        ), 409
    try:
        comparison = _compared(enrolment, data)
    except GradebookError as error:
        return _page(enrolment, refusal=str(error)), 409
    take(db.session, comparison.changes, enrolment.user_id)
    for change in comparison.changes:
        audit.record(
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
    count = len(comparison.changes)
    flash(f"{count} written answer{'s' if count != 1 else ''} graded from nbgrader.", "success")
    return redirect(url_for("grades.show", slug=enrolment.course.slug), code=303)


def _compared(enrolment: Enrolment, data: bytes) -> Comparison:
    with tempfile.TemporaryDirectory(prefix="heldout-gradebook-") as folder:
        path = Path(folder) / "gradebook.db"
        path.write_bytes(data)
        return compare(db.session, enrolment.course, read_gradebook(path))


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
        "staff/gradebook_import.html",
        course=enrolment.course,
        refusal=refusal,
        comparison=comparison,
        token=token,
        shown=_SHOWN,
    )
