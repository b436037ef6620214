"""The course's page and its announcements, by program."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import STAFF_PATH, operation
from webapp.api.schemas import Kept, PageQuery, moment
from webapp.base.database import db
from webapp.course_page import operations, queries, schemas
from webapp.course_page.texts import TextConflict, TextRefused, typed, typed_news, version_of
from webapp.courses.access import EVERYONE, for_roles
from webapp.models import Announcement, Enrolment, Role

_CHANGED = "The text is not the version named any more: read it again, then bring both together."
_ONE = f"{STAFF_PATH}/announcements/<int:number>"


@operation(
    "GET",
    "/courses/<slug>/page",
    summary="The course's own page, in Markdown",
    scopes=("read",),
    answers={200: schemas.CoursePage},
)
@for_roles(*EVERYONE)
def course_page(enrolment: Enrolment) -> schemas.CoursePage:
    page = enrolment.course.page
    return schemas.CoursePage(page, version_of(page))


@operation(
    "POST",
    f"{STAFF_PATH}/page",
    summary="Show another page; one written on an old version changes nothing",
    scopes=("manage",),
    body=schemas.NewCoursePage,
    answers={200: schemas.CoursePage},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def change_course_page(enrolment: Enrolment, body: schemas.NewCoursePage) -> schemas.CoursePage:
    text = typed(body.text)
    try:
        operations.save_page(db.session, enrolment, text=text, seen=body.version)
    except TextRefused as error:
        abort(422, str(error))
    except TextConflict:
        abort(409, _CHANGED)
    return schemas.CoursePage(text, version_of(text))


@operation(
    "GET",
    "/courses/<slug>/announcements",
    summary="What the course announced, newest first",
    scopes=("read",),
    query=PageQuery,
    answers={200: schemas.Announcements},
)
@for_roles(*EVERYONE)
def announcements(enrolment: Enrolment, query: PageQuery) -> schemas.Announcements:
    listed = queries.announcements(db.session, enrolment.course_id, page=query.page)
    beyond = query.page > listed.pages
    rows = [] if beyond else [_info(row.Announcement) for row in listed.rows]
    return schemas.Announcements(rows, listed.found)


@operation(
    "POST",
    f"{STAFF_PATH}/announcements",
    summary="Tell everyone of the course",
    scopes=("manage",),
    body=schemas.NewAnnouncement,
    answers={201: schemas.AnnouncementInfo},
)
@for_roles(Role.INSTRUCTOR)
def announce(
    enrolment: Enrolment, body: schemas.NewAnnouncement
) -> tuple[schemas.AnnouncementInfo, int]:
    try:
        made = operations.announce(db.session, enrolment, typed_news(body.title, body.text))
    except TextRefused as error:
        abort(422, str(error))
    return _info(made), 201


@operation(
    "POST",
    _ONE,
    summary="Correct an announcement; its date stays",
    scopes=("manage",),
    body=schemas.ChangedAnnouncement,
    answers={200: schemas.AnnouncementInfo},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def change_announcement(
    enrolment: Enrolment, number: int, body: schemas.ChangedAnnouncement
) -> schemas.AnnouncementInfo:
    try:
        news = typed_news(body.title, body.text)
        operations.change_announcement(db.session, enrolment, number, news=news, seen=body.version)
    except TextRefused as error:
        abort(422, str(error))
    except TextConflict:
        abort(409, _CHANGED)
    return _info(queries.announcement_in(db.session, enrolment.course_id, number))


@operation(
    "POST",
    f"{_ONE}/remove",
    summary="Take an announcement back",
    scopes=("manage",),
    body=schemas.SeenAnnouncement,
    answers={200: Kept},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def remove_announcement(enrolment: Enrolment, number: int, body: schemas.SeenAnnouncement) -> Kept:
    try:
        operations.remove_announcement(db.session, enrolment, number, seen=body.version)
    except TextConflict:
        abort(409, _CHANGED)
    return Kept(True)


def _info(found: Announcement) -> schemas.AnnouncementInfo:
    return schemas.AnnouncementInfo(
        found.id,
        found.title,
        found.text,
        author=found.author.name if found.author else "",
        announced_at=moment(found.announced_at) or "",
        version=version_of(found.title, found.text),
    )
