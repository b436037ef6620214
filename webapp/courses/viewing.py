"""Staff looking at a course as one of its students sees it: reading alone, and never more rights.

A session holds the course and the student. Only in that course, and only for its staff, pages are
then built for the student's enrolment, which opens less than staff's own; and no request that
could change anything is taken, in any course, until staff end it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from flask import Flask, g, render_template, request, session
from flask_login import current_user
from sqlalchemy.orm import contains_eager, joinedload

from webapp.base.database import db
from webapp.models import Course, Enrolment, Role, User

_KEY = "viewing"
READING = ("GET", "HEAD", "OPTIONS")
_ALLOWED = ("viewing.stop", "security.logout")


def init_app(app: Flask) -> None:
    """Refuse whatever could change something while somebody looks as a student."""
    app.before_request(_refuse_changes)
    app.context_processor(lambda: {"viewing": current()})


@dataclass(frozen=True)
class Viewing:
    """Whom staff look as, and where."""

    course_id: int
    slug: str
    user_id: int
    name: str


def begin(course: Course, student: User) -> None:
    """Look as that student from the next request on."""
    session[_KEY] = asdict(Viewing(course.id, course.slug, student.id, student.name))


def current() -> Viewing | None:
    """Whom somebody looks as now."""
    return Viewing(**session[_KEY]) if _KEY in session else None


def end() -> None:
    """Look as oneself again."""
    session.pop(_KEY, None)


def seen_by(own: Enrolment) -> Enrolment:
    """The enrolment that pages are built for: one's own, or the student's whom staff look as."""
    g.enrolment = own
    viewing = current()
    if viewing is None or viewing.course_id != own.course_id or not own.is_staff:
        return own
    student = db.session.scalar(
        sa.select(Enrolment)
        .join(Enrolment.course)
        .options(contains_eager(Enrolment.course), joinedload(Enrolment.user))
        .where(
            Enrolment.course_id == own.course_id,
            Enrolment.user_id == viewing.user_id,
            Enrolment.role == Role.STUDENT,
        )
    )
    if student is None:  # removed meanwhile
        end()
        return own
    g.enrolment = student
    return student


def _refuse_changes() -> tuple[str, int] | None:
    if request.method in READING or _KEY not in session or request.endpoint in _ALLOWED:
        return None
    if not current_user.is_authenticated:  # signed out meanwhile
        end()
        return None
    return render_template("site/errors/viewing.html"), 403
