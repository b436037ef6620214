"""The course's own page with what was announced; instructors write both."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import Missing, db
from webapp.course_page import operations, queries, texts
from webapp.course_page.texts import TextConflict, TextRefused, typed, typed_news, version_of
from webapp.courses.access import EVERYONE, for_roles
from webapp.models import Announcement, Enrolment, Role
from webapp.rendering.prepared import Prepared, renderings
from webapp.site.addresses import row_number

blueprint = Blueprint("course_page", __name__, url_prefix="/courses/<slug>/about")

_CHANGED = (
    "Somebody else changed the text meanwhile, so yours is not saved. Nothing is lost: both stand "
    "here. Bring into yours what should stay of the other; saving it takes the other's place."
)
_REMOVED = (
    "Somebody else removed the announcement meanwhile. Nothing is lost: your text stands here, and "
    "announcing it makes it a new one."
)


@blueprint.get("")
@for_roles(*EVERYONE)
def show(enrolment: Enrolment) -> str:
    """The page and what was announced; an empty one offers its instructors a template."""
    course, page = enrolment.course, request.args.get("page", 1, type=row_number)
    desk = renderings().desk(enrolment.user_id, course.id)
    listed = queries.announcements(db.session, course.id, page=page)
    text = desk.text(course.page, top=2) if course.page else None
    news = {row.Announcement.id: desk.text(row.Announcement.text, top=4) for row in listed.rows}
    return render_template(
        "course_page/about.html",
        course=course,
        text=text,
        listed=listed,
        news=news,
        waits=any(each.waiting for each in (*news.values(), text) if each is not None),
        version_of=version_of,
    )


@blueprint.get("/edit")
@for_roles(Role.INSTRUCTOR)
def edit(enrolment: Enrolment) -> str:
    """The page's text; an empty one begins with the template where that was chosen."""
    page = enrolment.course.page
    return _editor(enrolment, page or (texts.TEMPLATE if "template" in request.args else ""))


@blueprint.post("/edit")
@for_roles(Role.INSTRUCTOR)
def save(enrolment: Enrolment) -> Response | str | tuple[str, int]:
    """Keep the page's text, or only show what it would look like."""
    text, seen = typed(request.form.get("text", "")), request.form.get("version", "")
    try:
        if request.form.get("then") == "preview":
            texts.require_fitting(text, texts.LONGEST_PAGE)
            return _editor(enrolment, text, seen=seen)
        operations.save_page(db.session, enrolment, text=text, seen=seen)
    except TextRefused as error:
        return _editor(enrolment, text, refusal=str(error), seen=seen), 422
    except TextConflict:
        return _editor(enrolment, text, conflict=_CHANGED), 409
    flash("The page is saved: everyone of the course sees it now.", "success")
    return _back(enrolment)


@blueprint.post("/preview")
@for_roles(Role.INSTRUCTOR)
def preview(enrolment: Enrolment) -> str:
    """The Markdown being written, as it will be read; what was made for it is kept for minutes."""
    return render_template(
        "course_page/_preview.html",
        course=enrolment.course,
        preview=_previewed(enrolment, _typed_text()),
    )


@blueprint.get("/announcements/new")
@for_roles(Role.INSTRUCTOR)
def new_announcement(enrolment: Enrolment) -> str:
    """The form for an announcement."""
    return _announcing(enrolment)


@blueprint.post("/announcements/new")
@for_roles(Role.INSTRUCTOR)
def announce(enrolment: Enrolment) -> Response | str | tuple[str, int]:
    """Tell everyone of the course."""
    if request.form.get("then") == "preview":
        return _announcing(enrolment)
    try:
        operations.announce(db.session, enrolment, _typed_news())
    except TextRefused as error:
        return _announcing(enrolment, refusal=str(error)), 422
    flash("Announced: everyone of the course sees it now.", "success")
    return _back(enrolment)


@blueprint.get("/announcements/<int:number>/edit")
@for_roles(Role.INSTRUCTOR)
def edit_announcement(enrolment: Enrolment, number: int) -> str:
    """The form with an announcement as it stands."""
    return _announcing(enrolment, queries.announcement_in(db.session, enrolment.course_id, number))


@blueprint.post("/announcements/<int:number>/edit")
@for_roles(Role.INSTRUCTOR)
def change_announcement(enrolment: Enrolment, number: int) -> Response | str | tuple[str, int]:
    """Correct an announcement; what was removed meanwhile may be announced anew."""
    seen = request.form.get("version", "")
    try:
        found = queries.announcement_in(db.session, enrolment.course_id, number)
        if request.form.get("then") == "preview":
            return _announcing(enrolment, found, seen=seen)
        operations.change_announcement(db.session, enrolment, number, news=_typed_news(), seen=seen)
    except Missing:
        return _announcing(enrolment, conflict=_REMOVED), 409
    except TextRefused as error:
        return _announcing(enrolment, found, refusal=str(error), seen=seen), 422
    except TextConflict:
        db.session.refresh(found)
        return _announcing(enrolment, found, conflict=_CHANGED), 409
    flash("The announcement is changed.", "success")
    return _back(enrolment)


@blueprint.post("/announcements/<int:number>/remove")
@for_roles(Role.INSTRUCTOR)
def remove_announcement(enrolment: Enrolment, number: int) -> Response:
    """Take an announcement back, unless it says something else by now."""
    seen = request.form.get("version", "")
    try:
        operations.remove_announcement(db.session, enrolment, number, seen=seen)
    except TextConflict:
        flash("Not removed: somebody else changed the announcement meanwhile.", "danger")
        return _back(enrolment)
    flash("The announcement is removed.", "success")
    return _back(enrolment)


def _typed_text() -> str:
    return typed(request.form.get("text", ""))


def _typed_news() -> texts.News:
    return typed_news(request.form.get("title", ""), request.form.get("text", ""))


def _previewed(enrolment: Enrolment, text: str) -> Prepared | None:
    """Nothing for an empty text or one that will be refused."""
    if not text or len(text) > texts.LONGEST_PAGE:
        return None
    return renderings().desk(enrolment.user_id, None).text(text, top=2)


def _editor(
    enrolment: Enrolment, text: str, *, refusal: str = "", conflict: str = "", seen: str = ""
) -> str:
    """The form of the page; after a conflict the other's text stands beside it."""
    db.session.refresh(enrolment.course)
    current = enrolment.course.page
    return render_template(
        "course_page/edit.html",
        course=enrolment.course,
        text=text,
        preview=_previewed(enrolment, text),
        other=current if conflict else None,
        version=seen or version_of(current),
        longest=texts.LONGEST_PAGE,
        refusal=refusal,
        conflict=conflict,
    )


def _announcing(
    enrolment: Enrolment,
    found: Announcement | None = None,
    *,
    refusal: str = "",
    conflict: str = "",
    seen: str = "",
) -> str:
    """The form of an announcement, with what was typed or what it says."""
    title, text = (found.title, found.text) if found else ("", "")
    current = version_of(title, text)
    title, text = request.form.get("title", title), request.form.get("text", text)
    return render_template(
        "course_page/announcement.html",
        course=enrolment.course,
        found=found,
        title=title,
        text=text,
        preview=_previewed(enrolment, typed(text)),
        version=seen or current,
        longest=texts.LONGEST_ANNOUNCEMENT,
        longest_title=texts.LONGEST_TITLE,
        refusal=refusal,
        conflict=conflict,
    )


def _back(enrolment: Enrolment) -> Response:
    return redirect(url_for(".show", slug=enrolment.course.slug), code=303)
