"""Settings by program: of a course and of each assignment, every change with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from flask import abort

from webapp.api.operations import operation
from webapp.api.schemas import moment
from webapp.base.database import db
from webapp.courses.access import assignment_in, for_roles
from webapp.models import Course, CourseAssignment, Enrolment, Role
from webapp.settings import catalogue, late_rules, schemas
from webapp.settings import operations as settings
from webapp.settings.changes import SettingsRefused

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
    return _of_course(enrolment.course)


@operation(
    "POST",
    _COURSE,
    summary="Change the course's title, term and dates, with the reason",
    scopes=("manage",),
    body=schemas.CourseChange,
    answers={200: schemas.CourseSettings},
)
@for_roles(Role.INSTRUCTOR)
def change_course(enrolment: Enrolment, body: schemas.CourseChange) -> schemas.CourseSettings:
    fields = settings.shown_course(enrolment.course) | typed(body)
    _saved(lambda: settings.change_course(db.session, enrolment, fields))
    return _of_course(enrolment.course)


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
    _saved(lambda: late_rules.change_late_days(db.session, enrolment, typed(body)))
    return _of_course(enrolment.course)


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
    fields = settings.shown_assignment(enrolment.course, item) | typed(body)
    _saved(lambda: settings.change_assignment(db.session, enrolment, item, fields))
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
    fields = late_rules.shown(item, enrolment.course.time_zone) | typed(body)
    _saved(lambda: late_rules.change(db.session, enrolment, item, fields))
    return of_assignment(item)


def typed(body: msgspec.Struct) -> dict[str, str]:
    """What the body says, field by field, as it is typed on the page."""
    said = msgspec.structs.asdict(body).items()
    return {key: _text(value) for key, value in said if value is not msgspec.UNSET}


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def refusal(sentences: Mapping[str, str]) -> str:
    """Why values are refused: each with the field's name, which the page's form shows beside it."""
    return " ".join(f"{key}: {sentence}" for key, sentence in sentences.items())


def _saved(change: Callable[[], int]) -> None:
    try:
        change()
    except SettingsRefused as error:
        db.session.rollback()
        abort(422, refusal(error.sentences))


def _of_course(course: Course) -> schemas.CourseSettings:
    dates = {key: moment(getattr(course, key)) for key in settings.COURSE_DATES}
    return schemas.CourseSettings(
        course.title, course.term, course.time_zone, **dates, late_days=course.late_days
    )


def of_assignment(item: CourseAssignment) -> schemas.AssignmentSettings:
    """An assignment's settings and rules as the API shows them."""
    entry = catalogue.entry_of(item)
    return schemas.AssignmentSettings(
        item.assignment,
        item.title,
        item.points,
        item.points_in_total,
        moment(item.opens_at),
        moment(item.due_at),
        grace_minutes=item.grace_minutes,
        late_penalty=round(item.late_penalty * 100, 4),
        cut_off_at=moment(item.cut_off_at),
        attempt_limit=item.attempt_limit,
        pause_minutes=item.pause_minutes,
        counting=item.counting,
        unsound=entry.sentence if entry else "The folder of assignments does not hold it.",
    )
