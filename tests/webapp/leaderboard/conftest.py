"""A leaderboard that is open, and students of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.leaderboard.boards import BOARD
from tests.webapp.sample_course import enrol
from webapp.models import Course, CourseAssignment, LeaderboardEntry, Role, User


@pytest.fixture
def opened(auth) -> None:
    auth.login("ina").post(f"{BOARD}/open")


@pytest.fixture
def cy(session: Session) -> User:
    """A third student."""
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    user = User(email="cy@example.edu", name="Cy")
    session.add(user)
    session.flush()
    enrol(session, course, user, Role.STUDENT)
    session.commit()
    return user


@pytest.fixture
def joined(session: Session, item: CourseAssignment) -> Callable[..., None]:
    """Lets people take part, each under their name with a 1."""

    def join(*names: str) -> None:
        for name in names:
            who = sa.select(User.id).where(User.name == name.capitalize())
            entry = LeaderboardEntry(course_assignment_id=item.id, user_id=session.scalar(who))
            entry.alias, entry.alias_key = f"{name}-1", f"{name}1"
            session.add(entry)
        session.commit()

    return join
