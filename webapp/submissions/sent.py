"""The notebook of a request, which the page and the API take in alike."""

from __future__ import annotations

from flask import request

from webapp.base.config import MAX_UPLOAD_BYTES
from webapp.base.database import db
from webapp.grading.library import library
from webapp.models import CourseAssignment, Enrolment
from webapp.site.arrival import arrived_at
from webapp.site.uploads import read_upload
from webapp.submissions.another import refuse_anothers
from webapp.submissions.operations import Receipt, hand_in, refuse_unless_open


def hand_in_sent(enrolment: Enrolment, assignment: CourseAssignment) -> Receipt:
    """Take the request's notebook in; NotOpen, AttemptRefused and FileRefused say why not."""
    moment = arrived_at()
    # Said first: what is sent too early is not even read.
    refuse_unless_open(assignment, moment)
    upload = read_upload(
        request.files.get("notebook"), most=MAX_UPLOAD_BYTES, what="a notebook (.ipynb)"
    )
    notebook = library().parse_notebook(upload.data)
    refuse_anothers(db.session, assignment, notebook)
    return hand_in(
        db.session, enrolment, assignment, upload=upload, digest=notebook.digest, received_at=moment
    )
