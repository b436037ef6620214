"""A second assignment of the course."""

from __future__ import annotations

import pytest

from webapp.models import CourseAssignment


def add(session, course, name, **fields):
    made = CourseAssignment(
        assignment=name, title=f"Title of {name}", points=5, position=9, course_id=course.id
    )
    for key, value in fields.items():
        setattr(made, key, value)
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def second(session, item):
    return add(session, item.course, "a02_second")
