"""Staff: looking at the course as one of its students sees it, and back."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses import viewing
from webapp.courses.access import STAFF, for_roles, student_in
from webapp.models import Enrolment
from webapp.site.addresses import row_number
from webapp.students import operations
from webapp.visibility.submissions import submission_in

blueprint = Blueprint("viewing", __name__)


@blueprint.post("/courses/<slug>/staff/students/<int:user_id>/view")
@for_roles(*STAFF)
def start(enrolment: Enrolment, user_id: int) -> Response:
    """Look as the student, at the form's submission of theirs if it names one."""
    student = student_in(enrolment, user_id)
    address = url_for("courses.home", slug=enrolment.course.slug)
    number = request.form.get("submission_id", type=row_number)
    if number is not None:
        if submission_in(db.session, enrolment, number).user_id != student.id:
            abort(404)
        address = url_for("results.show", slug=enrolment.course.slug, submission_id=number)
    operations.begin_viewing(db.session, enrolment, student)
    viewing.begin(enrolment.course, student)
    return redirect(address, code=303)


@blueprint.post("/stop-looking")
def stop() -> Response:
    """Look as oneself again."""
    found = viewing.current()
    viewing.end()
    if found is None:
        return redirect(url_for("courses.index"), code=303)
    operations.end_viewing(
        db.session, current_user.id, course_id=found.course_id, student_id=found.user_id
    )
    return redirect(url_for("students.student", slug=found.slug, user_id=found.user_id), code=303)
