"""Staff: one student's page, with private notes."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import question_titles
from webapp.models import Enrolment, User
from webapp.students import operations, queries, student_file
from webapp.students.operations import NoteRefused

blueprint = Blueprint("students", __name__, url_prefix="/courses/<slug>/staff/students")


@blueprint.post("/<int:user_id>/notes")
@for_roles(*STAFF)
def add_note(enrolment: Enrolment, user_id: int) -> Response:
    """Keep a note for the rest of the staff."""
    student = _student(enrolment, user_id)[0]
    try:
        operations.add_note(db.session, enrolment, student, text=request.form.get("text", ""))
    except NoteRefused as error:
        flash(str(error), "info")
    return _page(enrolment, student)


@blueprint.post("/<int:user_id>/notes/<int:note_id>/remove")
@for_roles(*STAFF)
def remove_note(enrolment: Enrolment, user_id: int, note_id: int) -> Response:
    """Forget a note."""
    student = _student(enrolment, user_id)[0]
    if not operations.remove_note(db.session, enrolment, student, note_id=note_id):
        abort(404)
    return _page(enrolment, student)


def _student(enrolment: Enrolment, user_id: int) -> tuple[User, bool]:
    """A student of the course, and whether they left it: their work is kept."""
    return queries.student_or_former(db.session, enrolment.course, user_id)


def _page(enrolment: Enrolment, student: User) -> Response:
    address = url_for(
        "students.student", slug=enrolment.course.slug, user_id=student.id, _anchor="notes-title"
    )
    return redirect(address, code=303)


@blueprint.get("/<int:user_id>")
@for_roles(*STAFF)
def student(enrolment: Enrolment, user_id: int) -> str:
    """A student's attempts, code, results, requests, what was changed by hand, and notes."""
    student, left = _student(enrolment, user_id)
    found = student_file.student_file(db.session, enrolment.course, student)
    names = {asked.course_assignment.assignment for asked in found.requests}
    return render_template(
        "students/student.html",
        course=enrolment.course,
        file=found,
        left=left,
        titles={name: question_titles(db.session, name) for name in names},
    )
