"""What goes in and comes out: the site's courses and roles, by program."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from webapp.administration.queries import State
from webapp.api.schemas import LINE, Day, Moment, PageQuery, Text

Line = Annotated[str, Meta(max_length=300, pattern=LINE)]


class SiteCoursesQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which courses: with a text in their names, archived ones or none of those."""

    search: Text = ""
    archived: bool | None = None


class SiteCourse(Struct, frozen=True):
    """A course of the site."""

    slug: str
    title: str
    term: str
    state: State
    students: int


class SiteCourses(Struct, frozen=True):
    """A page of courses, newest first and archived ones last."""

    courses: list[SiteCourse]
    found: int


class CourseToMake(Struct, frozen=True, forbid_unknown_fields=True):
    """A new course; `instructor` is an email address, and gets an account where there is none."""

    slug: Line
    title: Line
    term: Line
    time_zone: Line
    starts_on: Day = ""
    instructor: Line = ""
    instructor_name: Line = ""


class SiteLink(Struct, frozen=True):
    """The link with which a new account sets its password; empty where it was mailed."""

    email: str
    mailed: bool
    link: str


class MadeCourse(Struct, frozen=True):
    """A course that was made, and the link of an instructor who has no password yet."""

    slug: str
    invited: SiteLink | None


class RoleHolder(Struct, frozen=True):
    """Somebody with a role of the site."""

    user: int
    name: str
    email: str
    administrator: bool
    course_maker: bool
    has_password: bool


class RoleHolders(Struct, frozen=True):
    """Everyone with a role of the site, by name."""

    people: list[RoleHolder]


class NewRoleHolder(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to have a role; the name is of an account that has to be made."""

    email: Line
    name: Line = ""


class RoleGiven(Struct, frozen=True):
    """Who has the role now, and the link of somebody without a password."""

    user: int
    invited: SiteLink | None


class SiteLogEntry(Struct, frozen=True):
    """Who did what to what; `course` is null where it is about none, or one that is gone."""

    at: Moment
    user: int | None
    who: str
    action: str
    subject: str
    course: str | None
    detail: dict[str, Any]


class SiteLog(Struct, frozen=True):
    """A page of the site's log, newest first."""

    entries: list[SiteLogEntry]
    found: int
