"""A person's courses, by program."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa
from flask_login import current_user
from sqlalchemy.orm import contains_eager

from webapp.api.operations import OWN_WORK, operation
from webapp.api.schemas import AssignmentInfo, CourseInfo, Courses, CoursesQuery
from webapp.base.database import db
from webapp.courses.access import STAFF
from webapp.models import Course, CourseAssignment, Enrolment, Extension, Role
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
    own = sa.and_(
        Extension.course_assignment_id == CourseAssignment.id,
        Extension.user_id == Enrolment.user_id,
    )
    rows = db.session.execute(
        sa.select(Enrolment, CourseAssignment, Extension.due_at)
        .join(Enrolment.course)
        .outerjoin(CourseAssignment, CourseAssignment.course_id == Course.id)
        .outerjoin(Extension, own)
        .options(contains_eager(Enrolment.course))
        .where(Enrolment.user_id == current_user.id, Enrolment.role.in_(roles))
        .order_by(Course.id, CourseAssignment.position)
    )
    found: dict[int, Enrolment] = {}
    assignments: dict[int, list[AssignmentInfo]] = defaultdict(list)
    for enrolment, item, until in rows:
        found[enrolment.id] = enrolment
        if item is not None:
            assignments[enrolment.id].append(assignment_info(item, until))
    return Courses(
        [
            CourseInfo(e.course.slug, e.course.title, e.role.value, assignments[number])
            for number, e in found.items()
        ]
    )
