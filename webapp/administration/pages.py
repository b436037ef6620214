"""The site's courses: their list, and making a new one."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.administration import operations
from webapp.administration.links import HandedOut, hand_out
from webapp.administration.new_course import CourseRefused, TypedCourse, read_course
from webapp.administration.operations import NotJoinable
from webapp.administration.queries import CourseFilters, listed_courses
from webapp.audit.record import SiteActor
from webapp.base.database import db
from webapp.base.time_zones import time_zones
from webapp.courses.queries import course_called
from webapp.models import User
from webapp.models.courses import DEFAULT_TIME_ZONE
from webapp.site.addresses import row_number
from webapp.site.roles import for_administrators, for_course_makers

blueprint = Blueprint("administration", __name__, url_prefix="/administration")

_PAGE_ROWS = 50
_ARCHIVED = {"archived": True, "current": False}
_KEYS = ("slug", "title", "term", "time_zone", "starts_on", "instructor", "instructor_name")


@blueprint.get("/")
@for_course_makers
def courses(user: User) -> str:
    """The site's courses, or those that one instructs oneself, in pages."""
    search = request.args.get("search", "").strip()[:100]
    state = request.args.get("state", "")
    filters = CourseFilters(
        search, _ARCHIVED.get(state), None if user.is_administrator else user.id
    )
    page = request.args.get("page", 1, type=row_number)
    return render_template(
        "administration/courses.html",
        listed=listed_courses(db.session, filters, page=page, rows=_PAGE_ROWS, viewer_id=user.id),
        search=search,
        state=state if state in _ARCHIVED else "",
    )


@blueprint.get("/courses/new")
@for_course_makers
def new(_user: User) -> str:
    """The form for a new course."""
    return _form({"time_zone": DEFAULT_TIME_ZONE}, {})


@blueprint.post("/courses")
@for_course_makers
def create(user: User) -> str | Response | tuple[str, int]:
    """Make a course, and show the link of an instructor who has no password yet."""
    typed = {key: request.form.get(key, "") for key in _KEYS}
    try:
        new_course = read_course(TypedCourse(**typed))
        made = operations.create_course(db.session, SiteActor(user.id), new_course)
    except CourseRefused as error:
        return _form(typed, error.sentences), 422
    handed = hand_out(made.invited, made.course.title)
    flash(f"{made.course.title} is made: {made.course.slug}.", "success")
    if handed is not None:
        return _made(handed, made.course.slug)
    if user.is_administrator:
        return redirect(url_for("administration.courses"), code=303)
    return redirect(url_for("courses.home", slug=made.course.slug), code=303)


@blueprint.post("/courses/<slug>/join")
@for_administrators
def join(user: User, slug: str) -> Response:
    """Take part in a course as an instructor, which its log keeps."""
    try:
        operations.join_course(db.session, SiteActor(user.id), course_called(db.session, slug))
    except NotJoinable as error:
        abort(409, str(error))
    flash("You are an instructor of this course now.", "success")
    return redirect(url_for("courses.home", slug=slug), code=303)


def _form(typed: dict[str, str], refused: dict[str, str]) -> str:
    return render_template(
        "administration/new_course.html", typed=typed, refused=refused, zones=time_zones()
    )


def _made(handed: HandedOut, slug: str) -> str:
    return render_template("administration/made.html", handed=handed, slug=slug)
