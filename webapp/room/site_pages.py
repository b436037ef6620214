"""Administrators: the room of every course, the fullest first, and changing it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.audit.record import SiteActor
from webapp.base.database import db
from webapp.base.numbers import TypedNumber
from webapp.courses.queries import course_called
from webapp.models import User
from webapp.room import operations
from webapp.room.operations import NotRoom
from webapp.room.queries import rooms_of_courses
from webapp.room.room import megabytes
from webapp.site.addresses import row_number
from webapp.site.roles import for_administrators

blueprint = Blueprint("administration_room", __name__, url_prefix="/administration")

_PAGE_ROWS = 50


@blueprint.get("/room")
@for_administrators
def show(_user: User) -> str:
    """Every course with the room that its files take."""
    return _page()


@blueprint.post("/courses/<slug>/room")
@for_administrators
def save(user: User, slug: str) -> Response | tuple[str, int]:
    """Let a course have another room."""
    course = course_called(db.session, slug)
    typed = TypedNumber.whole(request.form.get("room_mb", "").strip())
    try:
        operations.change_course_room(db.session, SiteActor(user.id), course, typed)
    except NotRoom as error:
        return _page(slug, str(error), typed.typed), 422
    flash(f"{course.title} has {course.room_mb:,} MB now.", "success")
    return redirect(url_for("administration_room.show"), code=303)


def _page(slug: str = "", sentence: str = "", typed: str = "") -> str:
    page = request.args.get("page", 1, type=row_number)
    return render_template(
        "room/site_room.html",
        listed=rooms_of_courses(db.session, page=page, rows=_PAGE_ROWS),
        megabytes=megabytes,
        refused_slug=slug,
        refused_sentence=sentence,
        typed=typed,
    )
