"""Staff: one student's page, with private notes."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.audit.record import record
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles, student_in
from webapp.courses.assignments import question_titles
from webapp.models import Enrolment, User
from webapp.people import student_file

blueprint = Blueprint("students", __name__, url_prefix="/courses/<slug>/staff/students")


def render_student(enrolment: Enrolment, user_id: int) -> str:
    """A student's attempts, code, results, requests, what was changed by hand, and notes."""
    found = student_file.student_file(db.session, enrolment.course, student_in(enrolment, user_id))
    names = {asked.course_assignment.assignment for asked in found.requests}
    return render_template(
        "people/student.html",
        course=enrolment.course,
        file=found,
        titles={name: question_titles(name) for name in names},
    )


@blueprint.post("/<int:user_id>/notes")
@for_roles(*STAFF)
def add_note(enrolment: Enrolment, user_id: int) -> Response:
    """Keep a note for the rest of the staff."""
    student = student_in(enrolment, user_id)
    refusal = student_file.add_note(
        db.session,
        enrolment.course,
        student,
        author_id=enrolment.user_id,
        text=request.form.get("text", ""),
    )
    if refusal:
        flash(refusal, "info")
    else:
        record(db.session, enrolment, "add note", subject=f"user {student.id}")
    db.session.commit()
    return _page(enrolment, student)


@blueprint.post("/<int:user_id>/notes/<int:note_id>/remove")
@for_roles(*STAFF)
def remove_note(enrolment: Enrolment, user_id: int, note_id: int) -> Response:
    """Forget a note."""
    student = student_in(enrolment, user_id)
    if not forget_note(enrolment, student, note_id):
        abort(404)
    return _page(enrolment, student)


def forget_note(enrolment: Enrolment, student: User, note_id: int) -> bool:
    """Forget a note about the student, with a line in the log; False where there is none."""
    gone = student_file.remove_note(db.session, enrolment.course, student, note_id)
    if gone:
        record(db.session, enrolment, "remove note", subject=f"user {student.id}")
    db.session.commit()
    return gone


def _page(enrolment: Enrolment, student: User) -> Response:
    address = url_for(
        "students.student", slug=enrolment.course.slug, user_id=student.id, _anchor="notes-title"
    )
    return redirect(address, code=303)


@blueprint.get("/<int:user_id>")
@for_roles(*STAFF)
def student(enrolment: Enrolment, user_id: int) -> str:
    """One student's attempts at everything."""
    return render_student(enrolment, user_id)
