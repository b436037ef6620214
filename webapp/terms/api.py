"""A course as a whole, by program: copy it, archive it and take it back, delete it."""

from __future__ import annotations

from flask import abort

from webapp.administration.links import hand_out
from webapp.administration.new_course import CourseRefused, TypedCourse, read_course
from webapp.administration.queries import state_of
from webapp.administration.schemas import SiteLink
from webapp.api.operations import SITE_PATH, operation
from webapp.api.schemas import Kept, moment
from webapp.base.database import db
from webapp.terms import operations
from webapp.terms.access import Keeper, for_deleters, for_keepers, for_lookers
from webapp.terms.operations import NotConfirmed, WorkWaits
from webapp.terms.queries import what_a_course_has, what_waits
from webapp.terms.schemas import CopiedCourse, CourseToCopy, ToArchive, ToDelete, WholeCourse

_COURSE = f"{SITE_PATH}/courses/<slug>"
_CHANGING = ("administer",)


@operation(
    "GET",
    _COURSE,
    summary="A course as a whole: its state, how much there is in it and what waits",
    scopes=("read", "administer"),
    answers={200: WholeCourse},
)
@for_lookers
def whole_course(keeper: Keeper) -> WholeCourse:
    course = keeper.course
    holds = what_a_course_has(db.session, course.id)
    waiting = what_waits(db.session, course.id)
    return WholeCourse(
        course.slug,
        course.title,
        course.term,
        course.time_zone,
        starts_on=course.starts_on.isoformat() if course.starts_on else None,
        state=state_of(course.time_zone, course.starts_on, course.archived_at),
        archived_at=moment(course.archived_at),
        **holds.told(),
        attempts_waiting=waiting.attempts,
        comparisons_waiting=waiting.comparisons,
    )


@operation(
    "POST",
    f"{_COURSE}/copy",
    summary="Make the course of another term: the same assignments and rules, nobody's work",
    scopes=_CHANGING,
    body=CourseToCopy,
    answers={201: CopiedCourse},
)
@for_keepers
def copy_course(keeper: Keeper, body: CourseToCopy) -> tuple[CopiedCourse, int]:
    typed = TypedCourse(
        body.slug,
        body.title or keeper.course.title,
        body.term,
        keeper.course.time_zone,
        starts_on=body.starts_on,
        instructor=body.instructor,
        instructor_name=body.instructor_name,
    )
    try:
        new = read_course(typed)
        made = operations.copy_course(db.session, keeper.actor, keeper.course, new)
    except CourseRefused as error:
        abort(422, str(error))
    handed = hand_out(made.invited, made.course.title)
    link = None if handed is None else SiteLink(handed.email, handed.mailed, handed.link)
    taken = what_a_course_has(db.session, made.course.id).assignments
    return CopiedCourse(made.course.slug, taken, link), 201


@operation(
    "POST",
    f"{_COURSE}/archive",
    summary="Make a course read-only; what waits in it is cancelled only where that is said",
    scopes=_CHANGING,
    body=ToArchive,
    answers={200: Kept},
    errors=(409,),
)
@for_keepers
def archive_course(keeper: Keeper, body: ToArchive) -> Kept:
    try:
        return Kept(
            operations.archive_course(
                db.session, keeper.actor, keeper.course, cancel_waiting=body.cancel_waiting
            )
        )
    except WorkWaits as error:
        abort(409, str(error))


@operation(
    "POST",
    f"{_COURSE}/take-back",
    summary="Let an archived course change again",
    scopes=_CHANGING,
    answers={200: Kept},
)
@for_keepers
def take_back_course(keeper: Keeper) -> Kept:
    return Kept(operations.take_back_course(db.session, keeper.actor, keeper.course))


@operation(
    "POST",
    f"{_COURSE}/delete",
    summary="Delete a course with everything in it, for good; accounts stay",
    scopes=_CHANGING,
    body=ToDelete,
    answers={200: Kept},
)
@for_deleters
def delete_course(keeper: Keeper, body: ToDelete) -> Kept:
    try:
        operations.delete_course(db.session, keeper.actor, keeper.course, typed=body.typed)
    except NotConfirmed as error:
        abort(422, str(error))
    return Kept(True)
