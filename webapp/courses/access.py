"""Who may see what: every course page names its roles, and every object is looked up in its course.

Someone outside the course gets 404 (the course does not exist for them); someone inside it without
the role gets 403.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import abort, request
from flask_login import current_user
from sqlalchemy.orm import contains_eager

from webapp.base.database import db
from webapp.courses import viewing
from webapp.courses.assignments import assignment_called
from webapp.models import (
    Course,
    CourseArchived,
    CourseAssignment,
    Enrolment,
    Role,
    User,
)
from webapp.site.guarding import behind

EVERYONE = (Role.STUDENT, Role.GRADER, Role.INSTRUCTOR)
STAFF = (Role.GRADER, Role.INSTRUCTOR)


def for_roles(*roles: Role) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Open a view at `/courses/<slug>/...` to these roles; it is called with the enrolment.

    In an archived course only what reads is opened: `CourseArchived` says so before a file or a
    form is looked at.
    """

    def admit(arguments: dict[str, Any]) -> Enrolment:
        enrolment = enrolment_in(arguments.pop("slug"))
        if enrolment.role not in roles:
            abort(403)
        if enrolment.course.archived_at is not None and request.method not in viewing.READING:
            raise CourseArchived
        return enrolment

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        guarded = behind(view, admit)
        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def enrolment_in(slug: str) -> Enrolment:
    """The current user's enrolment in the course, for the view and for the page's header.

    For staff who look as a student it is the student's, see `viewing`.
    """
    enrolment = db.session.scalar(
        sa.select(Enrolment)
        .join(Enrolment.course)
        .options(contains_eager(Enrolment.course))
        .where(Course.slug == slug, Enrolment.user_id == current_user.id)
    )
    if enrolment is None:
        abort(404)
    return viewing.seen_by(enrolment)


def assignment_in(enrolment: Enrolment, name: str) -> CourseAssignment:
    """An assignment of the course by its id."""
    return assignment_called(db.session, enrolment.course_id, name)


def student_in(enrolment: Enrolment, user_id: int) -> User:
    """A student of the course."""
    found = db.session.scalar(
        sa.select(User)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(
            User.id == user_id,
            Enrolment.course_id == enrolment.course_id,
            Enrolment.role == Role.STUDENT,
        )
    )
    return found or abort(404)
