"""What instructors may change of a course and of an assignment that it sets."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from webapp.base.typed_times import for_input
from webapp.models import Course, CourseAssignment, Enrolment
from webapp.settings.changes import Typed, apply

# In the order of the week: none may precede the one before it.
WEEK = {
    "groups_due_at": "Groups are final",
    "slides_due_at": "Slides are due",
    "presentations_at": "Presentations begin",
}
COURSE_DATES = (*WEEK, "reviews_due_at")
ASSIGNMENT_DATES = ("opens_at", "due_at")
MOST_POINTS = 10_000


def shown_course(course: Course) -> dict[str, str]:
    """What the fields of a course's settings hold."""
    return {"title": course.title, "term": course.term, **_dates(course, course, COURSE_DATES)}


def shown_assignment(course: Course, item: CourseAssignment) -> dict[str, str]:
    """What the fields of an assignment's settings hold."""
    whole = "" if item.points_in_total is None else f"{item.points_in_total:.12g}"
    dates = _dates(course, item, ASSIGNMENT_DATES)
    return {"title": item.title, "points_in_total": whole, **dates}


def _dates(
    course: Course, target: Course | CourseAssignment, keys: tuple[str, ...]
) -> dict[str, str]:
    return {key: for_input(getattr(target, key), course.time_zone) for key in keys}


def change_course(session: Session, enrolment: Enrolment, fields: Mapping[str, str]) -> int:
    """Take over the course's settings; how many changed. Raises SettingsRefused."""
    course = enrolment.course
    typed = Typed(fields, course.time_zone)
    wanted: dict[str, Any] = {
        "title": typed.text("title", "The title", most=200, needed=True),
        "term": typed.text("term", "The term", most=60),
    }
    wanted |= {key: typed.moment(key, getattr(course, key)) for key in COURSE_DATES}
    for first, second in pairwise(key for key in WEEK if wanted[key] is not None):
        if second not in typed.refused and wanted[second] < wanted[first]:
            typed.refused[second] = f"This is before “{WEEK[first]}”: choose a later time."
    return apply(
        session,
        enrolment,
        course,
        wanted,
        typed=typed,
        action="change course rules",
        subject=course.slug,
    )


def change_assignment(
    session: Session,
    enrolment: Enrolment,
    item: CourseAssignment,
    fields: Mapping[str, str],
) -> int:
    """Take over title, times and points in the total; how many changed. Raises SettingsRefused."""
    typed = Typed(fields, enrolment.course.time_zone)
    wanted: dict[str, Any] = {
        "title": typed.text("title", "The title", most=200, needed=True),
        **{key: typed.moment(key, getattr(item, key)) for key in ASSIGNMENT_DATES},
        "points_in_total": typed.number("points_in_total", item.points_in_total, most=MOST_POINTS),
    }
    opens, due = wanted["opens_at"], wanted["due_at"]
    if opens and due and due <= opens and "due_at" not in typed.refused:
        typed.refused["due_at"] = "This is before it opens: choose a later time."
    if item.cut_off_at and due and due > item.cut_off_at and "due_at" not in typed.refused:
        typed.refused["due_at"] = "This is after the cut-off: move the cut-off first."
    return apply(
        session,
        enrolment,
        item,
        wanted,
        typed=typed,
        action="change assignment",
        subject=item.assignment,
    )
