"""A person's courses, by program."""

from __future__ import annotations

from flask_login import current_user

from webapp.api.operations import OWN_WORK, operation
from webapp.api.schemas import CourseInfo, Courses, CoursesQuery
from webapp.base.database import db
from webapp.courses.access import STAFF
from webapp.home.queries import TakenCourse, courses_of
from webapp.models import Role
from webapp.submissions.as_json import assignment_info


@operation(
    "GET",
    "/courses",
    summary="The courses one takes, each with its assignments",
    scopes=OWN_WORK,
    query=CoursesQuery,
    answers={200: Courses},
)
def courses(query: CoursesQuery) -> Courses:
    roles = STAFF if query.role == "staff" else (Role.STUDENT,)
    found = courses_of(db.session, current_user.id, roles)
    return Courses([_info(each) for each in found])


def _info(taken: TakenCourse) -> CourseInfo:
    course, role = taken.enrolment.course, taken.enrolment.role
    assignments = [assignment_info(item, until) for item, until in taken.assignments]
    return CourseInfo(course.slug, course.title, role.value, assignments)
