"""The site's courses and roles, by program."""

from __future__ import annotations

from flask import abort

from webapp.administration import operations, role_operations
from webapp.administration.links import HandedOut, hand_out
from webapp.administration.new_course import CourseRefused, TypedCourse, read_course
from webapp.administration.operations import NotJoinable
from webapp.administration.people import NoPerson, read_person
from webapp.administration.queries import (
    CourseFilters,
    listed_courses,
    people_of_site,
    site_log,
)
from webapp.administration.role_operations import RoleKept, SiteRole
from webapp.administration.schemas import (
    CourseToMake,
    MadeCourse,
    NewRoleHolder,
    RoleGiven,
    RoleHolder,
    RoleHolders,
    SiteCourse,
    SiteCourses,
    SiteCoursesQuery,
    SiteLink,
    SiteLog,
    SiteLogEntry,
)
from webapp.api.operations import PAGE_ROWS, SITE_PATH, operation
from webapp.api.schemas import Kept, PageQuery, moment
from webapp.audit.record import SiteActor
from webapp.base.database import db
from webapp.courses.queries import course_called
from webapp.models import User
from webapp.site.roles import for_administrators, for_course_makers

_CHANGING, _READING = ("administer",), ("read", "administer")
_SITE = "this site"


@operation(
    "GET",
    f"{SITE_PATH}/courses",
    summary="The site's courses; for who is no administrator, those that they instruct",
    scopes=_READING,
    query=SiteCoursesQuery,
    answers={200: SiteCourses},
)
@for_course_makers
def site_courses(user: User, query: SiteCoursesQuery) -> SiteCourses:
    own = None if user.is_administrator else user.id
    filters = CourseFilters(query.search.strip(), query.archived, own)
    listed = listed_courses(db.session, filters, page=query.page, rows=PAGE_ROWS)
    shown = listed.rows if listed.page == query.page else ()
    found = [SiteCourse(c.slug, c.title, c.term, c.state, c.students) for c in shown]
    return SiteCourses(found, listed.found)


@operation(
    "POST",
    f"{SITE_PATH}/courses",
    summary="Make a course; who is no administrator becomes its instructor",
    scopes=_CHANGING,
    body=CourseToMake,
    answers={201: MadeCourse},
    errors=(422,),
)
@for_course_makers
def create_course(user: User, body: CourseToMake) -> tuple[MadeCourse, int]:
    typed = TypedCourse(**{key: getattr(body, key) for key in body.__struct_fields__})
    try:
        made = operations.create_course(db.session, SiteActor(user.id), read_course(typed))
    except CourseRefused as error:
        abort(422, str(error))
    return MadeCourse(made.course.slug, _link(hand_out(made.invited, made.course.title))), 201


@operation(
    "POST",
    f"{SITE_PATH}/courses/<slug>/join",
    summary="Take part in a course as an instructor, as an administrator may",
    scopes=_CHANGING,
    answers={200: Kept},
    errors=(409,),
)
@for_administrators
def join_course(user: User, slug: str) -> Kept:
    try:
        operations.join_course(db.session, SiteActor(user.id), course_called(db.session, slug))
    except NotJoinable as error:
        abort(409, str(error))
    return Kept(True)


@operation(
    "GET",
    f"{SITE_PATH}/people",
    summary="Who looks after the site, and who may create courses",
    scopes=_READING,
    answers={200: RoleHolders},
)
@for_administrators
def role_holders(_user: User) -> RoleHolders:
    return RoleHolders(
        [
            RoleHolder(
                each.id,
                each.name,
                each.email,
                administrator=each.is_administrator,
                course_maker=each.may_create_courses,
                has_password=each.password is not None,
            )
            for each in people_of_site(db.session)
        ]
    )


@operation(
    "POST",
    f"{SITE_PATH}/people/administrators",
    summary="Make somebody an administrator of the site",
    scopes=_CHANGING,
    body=NewRoleHolder,
    answers={200: RoleGiven},
    errors=(422,),
)
@for_administrators
def make_administrator(user: User, body: NewRoleHolder) -> RoleGiven:
    return _give(user, body, SiteRole.ADMINISTRATOR)


@operation(
    "POST",
    f"{SITE_PATH}/people/course-makers",
    summary="Let somebody create courses",
    scopes=_CHANGING,
    body=NewRoleHolder,
    answers={200: RoleGiven},
    errors=(422,),
)
@for_administrators
def let_create_courses(user: User, body: NewRoleHolder) -> RoleGiven:
    return _give(user, body, SiteRole.COURSE_MAKER)


def _give(user: User, body: NewRoleHolder, role: SiteRole) -> RoleGiven:
    try:
        person = read_person(body.email, body.name)
    except NoPerson as error:
        abort(422, str(error))
    account = role_operations.give_role(db.session, SiteActor(user.id), person, role)
    return RoleGiven(account.user.id, _link(hand_out(account.invited, _SITE)))


@operation(
    "POST",
    f"{SITE_PATH}/people/administrators/<int:user_id>/remove",
    summary="Take an administrator's role back",
    scopes=_CHANGING,
    answers={200: Kept},
    errors=(409,),
)
@for_administrators
def take_back_administrator(user: User, user_id: int) -> Kept:
    return _take(user, user_id, SiteRole.ADMINISTRATOR)


@operation(
    "POST",
    f"{SITE_PATH}/people/course-makers/<int:user_id>/remove",
    summary="No longer let somebody create courses",
    scopes=_CHANGING,
    answers={200: Kept},
)
@for_administrators
def no_longer_let_create(user: User, user_id: int) -> Kept:
    return _take(user, user_id, SiteRole.COURSE_MAKER)


def _take(user: User, user_id: int, role: SiteRole) -> Kept:
    try:
        role_operations.take_role(db.session, SiteActor(user.id), user_id, role)
    except RoleKept as error:
        abort(409, str(error))
    return Kept(True)


@operation(
    "POST",
    f"{SITE_PATH}/people/<int:user_id>/link",
    summary="A new link for somebody with a role of the site who has no password yet",
    scopes=_CHANGING,
    answers={200: SiteLink},
)
@for_administrators
def make_site_link(user: User, user_id: int) -> SiteLink:
    invited = role_operations.new_link(db.session, SiteActor(user.id), user_id)
    return _link(hand_out(invited, _SITE)) or abort(404)


@operation(
    "GET",
    f"{SITE_PATH}/log",
    summary="What was done to the site, newest first",
    scopes=_READING,
    query=PageQuery,
    answers={200: SiteLog},
)
@for_administrators
def log_of_site(_user: User, query: PageQuery) -> SiteLog:
    listed = site_log(db.session, page=query.page, rows=PAGE_ROWS)
    shown = listed.rows if listed.page == query.page else ()
    return SiteLog(
        [
            SiteLogEntry(
                moment(entry.at) or "",
                entry.actor_id,
                name or "the service",
                action=entry.action,
                subject=entry.subject,
                course=slug,
                detail=entry.detail,
            )
            for entry, name, slug, _ in shown
        ],
        listed.found,
    )


def _link(handed: HandedOut | None) -> SiteLink | None:
    return None if handed is None else SiteLink(handed.email, handed.mailed, handed.link)
