"""Room by program: a course's, a student's own, and how much there is."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import OWN_WORK, SITE_PATH, operation
from webapp.audit.record import SiteActor
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.courses.queries import course_called
from webapp.models import Course, Enrolment, Role, User
from webapp.room import operations
from webapp.room.operations import NotRoom
from webapp.room.queries import largest, room_of, rooms_of
from webapp.room.schemas import AccountRoom, CourseRoom, OwnRoom, RoomOfCourse, StudentRoom
from webapp.site.roles import for_administrators

_ROOM = "/courses/<slug>/staff/room"


@operation(
    "GET",
    _ROOM,
    summary="What the course's files take, whose they are, and what they may take",
    scopes=("read",),
    answers={200: CourseRoom},
)
@for_roles(*STAFF)
def room_of_course(enrolment: Enrolment) -> CourseRoom:
    return _shown(enrolment.course)


@operation(
    "POST",
    _ROOM,
    summary="Say how many MB each student's files in the course may take",
    scopes=("manage",),
    body=StudentRoom,
    answers={200: CourseRoom},
    errors=(422,),
)
@for_roles(Role.INSTRUCTOR)
def change_student_room(enrolment: Enrolment, body: StudentRoom) -> CourseRoom:
    try:
        operations.change_student_room(db.session, enrolment, body.student_room_mb)
    except NotRoom as error:
        abort(422, str(error))
    return _shown(enrolment.course)


@operation(
    "POST",
    f"{SITE_PATH}/courses/<slug>/room",
    summary="Say how many MB a course's files may take",
    scopes=("administer",),
    body=RoomOfCourse,
    answers={200: CourseRoom},
    errors=(422,),
)
@for_administrators
def change_course_room(user: User, slug: str, body: RoomOfCourse) -> CourseRoom:
    course = course_called(db.session, slug)
    try:
        operations.change_course_room(db.session, SiteActor(user.id), course, body.room_mb)
    except NotRoom as error:
        abort(422, str(error))
    return _shown(course)


@operation(
    "GET",
    "/courses/<slug>/room",
    summary="What one's own files in the course take, of what they may",
    scopes=OWN_WORK,
    answers={200: OwnRoom},
)
@for_roles(Role.STUDENT)
def own_room(enrolment: Enrolment) -> OwnRoom:
    rooms = rooms_of(db.session, enrolment.course, enrolment.user_id)
    return OwnRoom(rooms.own.used, enrolment.course.student_room_mb, rooms.warning())


def _shown(course: Course) -> CourseRoom:
    room = room_of(db.session, course)
    return CourseRoom(
        room.used,
        course.room_mb,
        course.student_room_mb,
        nearly_full=room.nearly_full,
        largest=[AccountRoom(a.user_id, a.name, a.bytes) for a in largest(db.session, course)],
    )
