"""Staff: how much room the course's files take, whose they are, and how much each student has."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.base.numbers import TypedNumber
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.room import operations
from webapp.room.operations import NotRoom
from webapp.room.queries import largest, room_of
from webapp.room.room import MB, Room, megabytes

blueprint = Blueprint("room", __name__, url_prefix="/courses/<slug>/staff/room")


@blueprint.get("")
@for_roles(*STAFF)
def show(enrolment: Enrolment) -> str:
    """The course's room as a bar, and the accounts that use most of it."""
    return _page(enrolment)


@blueprint.post("")
@for_roles(Role.INSTRUCTOR)
def save(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Let each student have another room."""
    typed = request.form.get("student_room_mb", "").strip()
    try:
        operations.change_student_room(db.session, enrolment, TypedNumber.whole(typed))
    except NotRoom as error:
        return _page(enrolment, {"student_room_mb": str(error)}, typed), 422
    flash(f"Each student of the course has {enrolment.course.student_room_mb} MB now.", "success")
    return redirect(url_for("room.show", slug=enrolment.course.slug), code=303)


def _page(enrolment: Enrolment, refused: dict[str, str] | None = None, typed: str = "") -> str:
    course = enrolment.course
    most = course.student_room_mb * MB
    accounts = largest(db.session, course)
    return render_template(
        "room/room.html",
        course=course,
        room=room_of(db.session, course),
        accounts=[(each, Room(each.bytes, most)) for each in accounts],
        megabytes=megabytes,
        shown={"student_room_mb": typed or str(course.student_room_mb)},
        refused=refused or {},
    )
