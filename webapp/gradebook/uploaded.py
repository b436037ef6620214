"""An uploaded nbgrader gradebook, from the look into it to taking it in: a signed token between.

The page and the API's operation take the same.
"""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage

from webapp.base.config import MAX_UPLOAD_BYTES
from webapp.base.database import db
from webapp.gradebook import operations
from webapp.gradebook.from_nbgrader import Comparison
from webapp.models import Enrolment
from webapp.site.uploads import read_upload

_OPEN_SECONDS = 24 * 3600


def look_into(enrolment: Enrolment, file: FileStorage | None) -> tuple[Comparison, str]:
    """What the uploaded gradebook would change, and the token that takes it in.

    Raises FileRefused and GradebookError.
    """
    upload = read_upload(file, most=MAX_UPLOAD_BYTES, what="nbgrader's gradebook.db")
    comparison = operations.look_into_gradebook(db.session, enrolment, upload=upload)
    return comparison, _serializer().dumps([enrolment.course_id, upload.sha256])


def take(enrolment: Enrolment, token: str) -> int:
    """Give the points of the gradebook that was looked into; how many. Raises GradebookError."""
    sha256 = _sha256_of(enrolment, token)
    return operations.take_gradebook(db.session, enrolment, sha256=sha256)


def _sha256_of(enrolment: Enrolment, token: str) -> str | None:
    try:
        course_id, sha256 = _serializer().loads(token, max_age=_OPEN_SECONDS)
    except (BadSignature, ValueError):
        return None
    return str(sha256) if course_id == enrolment.course_id else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="heldout-gradebook")
