"""Settings by program: of a course and of each assignment, every change with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import abort
from msgspec import UNSET, UnsetType

from webapp.api.operations import operation
from webapp.base.database import db
from webapp.courses.access import assignment_in, for_roles
from webapp.models import Course, Enrolment, Role
from webapp.settings import operations, schemas
from webapp.settings.answers import of_assignment, of_course, refusal
from webapp.settings.changes import SettingsRefused
from webapp.settings.values import AssignmentValues, CourseValues, RuleValues, When, day, when

_COURSE = "/courses/<slug>/staff/settings"
_ASSIGNMENT = "/courses/<slug>/staff/assignments/<name>/settings"


@operation(
    "GET",
    _COURSE,
    summary="The course's own settings",
    scopes=("read",),
    answers={200: schemas.CourseSettings},
)
@for_roles(Role.INSTRUCTOR)
def settings_of_course(enrolment: Enrolment) -> schemas.CourseSettings:
    return of_course(enrolment.course)


@operation(
    "POST",
    _COURSE,
    summary="Change the course's title, term, first day and dates, with the reason",
    scopes=("manage",),
    body=schemas.CourseChange,
    answers={200: schemas.CourseSettings},
)
@for_roles(Role.INSTRUCTOR)
def change_course(enrolment: Enrolment, body: schemas.CourseChange) -> schemas.CourseSettings:
    new = _course_values(body, enrolment.course)
    with _refusing():
        operations.change_course(db.session, enrolment, new, reason=body.reason)
    return of_course(enrolment.course)


@operation(
    "POST",
    f"{_COURSE}/late-days",
    summary="Change how many late days each student has, with the reason; scores follow",
    scopes=("manage",),
    body=schemas.NewLateDays,
    answers={200: schemas.CourseSettings},
)
@for_roles(Role.INSTRUCTOR)
def change_late_days(enrolment: Enrolment, body: schemas.NewLateDays) -> schemas.CourseSettings:
    with _refusing():
        operations.change_late_days(db.session, enrolment, body.late_days, reason=body.reason)
    return of_course(enrolment.course)


@operation(
    "GET",
    _ASSIGNMENT,
    summary="An assignment's settings and rules, and whether its checks are proved sound",
    scopes=("read",),
    answers={200: schemas.AssignmentSettings},
)
@for_roles(Role.INSTRUCTOR)
def settings_of_assignment(enrolment: Enrolment, name: str) -> schemas.AssignmentSettings:
    return of_assignment(assignment_in(enrolment, name))


@operation(
    "POST",
    _ASSIGNMENT,
    summary="Change an assignment's title, times and points in the total, with the reason",
    scopes=("manage",),
    body=schemas.AssignmentChange,
    answers={200: schemas.AssignmentSettings},
)
@for_roles(Role.INSTRUCTOR)
def change_assignment(
    enrolment: Enrolment, name: str, body: schemas.AssignmentChange
) -> schemas.AssignmentSettings:
    item = assignment_in(enrolment, name)
    zone = enrolment.course.time_zone
    new = AssignmentValues(
        body.title,
        opens_at=_when(body.opens_at, zone, kept=item.opens_at),
        due_at=_when(body.due_at, zone, kept=item.due_at),
        points_in_total=body.points_in_total,
    )
    with _refusing():
        operations.change_assignment(db.session, enrolment, item, new, reason=body.reason)
    return of_assignment(item)


@operation(
    "POST",
    f"{_ASSIGNMENT}/rules",
    summary="Change the rules for late work and attempts, with the reason; scores follow",
    scopes=("manage",),
    body=schemas.RulesChange,
    answers={200: schemas.AssignmentSettings},
)
@for_roles(Role.INSTRUCTOR)
def change_rules(
    enrolment: Enrolment, name: str, body: schemas.RulesChange
) -> schemas.AssignmentSettings:
    item = assignment_in(enrolment, name)
    new = RuleValues(
        grace_minutes=body.grace_minutes,
        late_penalty=body.late_penalty,
        cut_off_at=_when(body.cut_off_at, enrolment.course.time_zone, kept=item.cut_off_at),
        attempt_limit=body.attempt_limit,
        pause_minutes=body.pause_minutes,
        waiting_limit=body.waiting_limit,
        counting=body.counting,
    )
    with _refusing():
        operations.change_rules(db.session, enrolment, item, new, reason=body.reason)
    return of_assignment(item)


def _course_values(body: schemas.CourseChange, course: Course) -> CourseValues:
    dates = {
        key: _when(getattr(body, key), course.time_zone, kept=getattr(course, key))
        for key in operations.COURSE_DATES
    }
    starts = UNSET if body.starts_on is UNSET else day(body.starts_on)
    return CourseValues(body.title, body.term, starts, **dates)


def _when(said: str | UnsetType | None, zone: str, *, kept: datetime | None) -> When | UnsetType:
    return UNSET if said is UNSET else when(said, zone, kept=kept)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except SettingsRefused as error:
        abort(422, refusal(error))
