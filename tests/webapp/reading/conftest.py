"""What the tests of reading share."""

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook, result
from tests.webapp.sample_course import add_user, enrol
from webapp.models import (
    Course,
    PaperReview,
    Role,
    User,
)


@pytest.fixture
def handed_in(graded) -> list[int]:
    """ada's and bob's notebooks, each with an answer to `why`."""
    return [
        graded(
            name, result(score=2), data=notebook(answer=f"**Answer (why):** *because* of {name}")
        ).id
        for name in ("ada", "bob")
    ]


@pytest.fixture
def reviews(session) -> list[int]:
    """A review of ada's and one of bob's."""
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    users = session.scalars(sa.select(User).where(User.name.in_(["Ada", "Bob"]))).all()
    rows = [
        PaperReview(course_id=course.id, user_id=user.id, paper=f"Paper {user.id}", body="text")
        for user in users
    ]
    session.add_all(rows)
    session.commit()
    return [row.id for row in rows]


@pytest.fixture
def second_grader(app, session) -> str:
    """zoe grades as well."""
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    with app.app_context():
        enrol(session, course, add_user(session, "zoe"), Role.GRADER)
    session.commit()
    return "zoe"
