"""Staff: an assignment as students meet it: the notebook they get, and the feedback they read."""

from __future__ import annotations

import hashlib

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.grading import release as release_preview
from webapp.grading.release import NoRelease
from webapp.handout.panel import taken_now
from webapp.models import Enrolment
from webapp.rendering.asked import Asked
from webapp.rendering.prepared import renderings
from webapp.settings.release_file import release_file
from webapp.submissions.attempt_list import graded_examples

blueprint = Blueprint("preview", __name__, url_prefix="/courses/<slug>/staff/assignments/<name>")


@blueprint.get("/preview")
@for_roles(*STAFF)
def show(enrolment: Enrolment, name: str) -> str:
    """The release cell by cell, and attempts to look at as their students do."""
    assignment = assignment_in(enrolment, name)
    found = release_preview.look(db.session, assignment.assignment)
    desk = renderings().desk(enrolment.user_id, enrolment.course_id)
    digest = hashlib.sha256(found.data).hexdigest()
    return render_template(
        "settings/preview.html",
        course=enrolment.course,
        assignment=assignment,
        release=desk.notebook((digest,), lambda: Asked("notebook", found.data)),
        refusal=found.refusal,
        examples=graded_examples(db.session, assignment),
        taken=taken_now(assignment),
    )


@blueprint.get("/release.ipynb")
@for_roles(*STAFF)
def release(enrolment: Enrolment, name: str) -> Response:
    """The notebook that students get."""
    try:
        return release_file(db.session, assignment_in(enrolment, name))
    except NoRelease:
        address = url_for("preview.show", slug=enrolment.course.slug, name=name)
        return redirect(address, code=303)  # which says why
