"""What programs read about settings, and why new ones are refused."""

from __future__ import annotations

from sqlalchemy.orm import object_session

from webapp.api.schemas import moment
from webapp.models import Course, CourseAssignment
from webapp.settings import catalogue, schemas
from webapp.settings.changes import SettingsRefused
from webapp.settings.operations import COURSE_DATES


def refusal(error: SettingsRefused) -> str:
    """Why values are refused: each with the field's name, which the page's form shows beside it."""
    return " ".join(f"{key}: {sentence}" for key, sentence in error.sentences.items())


def of_course(course: Course) -> schemas.CourseSettings:
    """A course's settings as the API shows them."""
    dates = {key: moment(getattr(course, key)) for key in COURSE_DATES}
    starts = course.starts_on.isoformat() if course.starts_on else None
    return schemas.CourseSettings(
        course.title,
        course.term,
        course.time_zone,
        starts_on=starts,
        **dates,
        late_days=course.late_days,
    )


def of_assignment(item: CourseAssignment) -> schemas.AssignmentSettings:
    """An assignment's settings and rules as the API shows them."""
    session = object_session(item)
    assert session is not None
    entry = catalogue.entry_of(session, item)
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
        waiting_limit=item.waiting_limit,
        counting=item.counting,
        unsound=entry.sentence if entry else "The site does not have it.",
    )
