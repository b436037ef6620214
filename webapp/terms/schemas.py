"""What goes in and comes out: a course as a whole, by program."""

from __future__ import annotations

from msgspec import Struct

from webapp.administration.queries import State
from webapp.administration.schemas import Line, SiteLink
from webapp.api.schemas import Day, Moment


class WholeCourse(Struct, frozen=True):
    """A course, how much there is in it, and how much waits for a worker."""

    slug: str
    title: str
    term: str
    time_zone: str
    starts_on: str | None
    state: State
    archived_at: Moment | None
    students: int
    staff: int
    assignments: int
    attempts: int
    teams: int
    attempts_waiting: int
    comparisons_waiting: int


class CourseToCopy(Struct, frozen=True, forbid_unknown_fields=True):
    """The course of another term; without a title it has the old one's, without a day no times."""

    slug: Line
    term: Line
    title: Line = ""
    starts_on: Day = ""
    instructor: Line = ""
    instructor_name: Line = ""


class CopiedCourse(Struct, frozen=True):
    """A course that was made, and the link of an instructor who has no password yet."""

    slug: str
    assignments: int
    invited: SiteLink | None


class ToArchive(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether what waits or runs may be cancelled with it."""

    cancel_waiting: bool = False


class ToDelete(Struct, frozen=True, forbid_unknown_fields=True):
    """The course's short name once more, so that no other course is meant."""

    typed: Line
