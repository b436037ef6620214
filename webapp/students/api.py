"""Staff's notes about a student, by program."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import STAFF_PATH, operation
from webapp.api.schemas import Kept, moment
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment
from webapp.students import operations, queries
from webapp.students.operations import NoteRefused
from webapp.students.schemas import NewNote, Note, Notes


@operation(
    "GET",
    f"{STAFF_PATH}/students/<int:user_id>/notes",
    summary="What staff noted about a student",
    scopes=("read",),
    answers={200: Notes},
)
@for_roles(*STAFF)
def notes(enrolment: Enrolment, user_id: int) -> Notes:
    student = queries.student_or_former(db.session, enrolment.course, user_id)[0]
    found = queries.notes_of(db.session, enrolment.course, student)
    return Notes(
        [Note(row.id, row.author.name, row.text, moment(row.created_at) or "") for row in found]
    )


@operation(
    "POST",
    f"{STAFF_PATH}/students/<int:user_id>/notes",
    summary="Keep a note about a student for the rest of the staff",
    scopes=("grade",),
    body=NewNote,
    answers={201: Kept},
    errors=(409,),
)
@for_roles(*STAFF)
def add_note(enrolment: Enrolment, user_id: int, body: NewNote) -> tuple[Kept, int]:
    student = queries.student_or_former(db.session, enrolment.course, user_id)[0]
    try:
        operations.add_note(db.session, enrolment, student, text=body.text)
    except NoteRefused as error:
        abort(409, str(error))
    return Kept(True), 201


@operation(
    "POST",
    f"{STAFF_PATH}/students/<int:user_id>/notes/<int:note_id>/remove",
    summary="Forget a note about a student",
    scopes=("grade",),
    answers={200: Kept},
)
@for_roles(*STAFF)
def remove_note(enrolment: Enrolment, user_id: int, note_id: int) -> Kept:
    student = queries.student_or_former(db.session, enrolment.course, user_id)[0]
    if not operations.remove_note(db.session, enrolment, student, note_id=note_id):
        abort(404)
    return Kept(True)
