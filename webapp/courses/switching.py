"""From one course to another: the list that the header of every course page opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask
from flask_login import current_user
from sqlalchemy.orm import Session

from webapp.base.database import db
from webapp.models import Course, Enrolment

# More of them are listed on a page of their own.
MOST = 20


@dataclass(frozen=True)
class OtherCourse:
    """A course that somebody can switch to."""

    slug: str
    title: str
    term: str


def init_app(app: Flask) -> None:
    """Let every page ask for the courses that one can switch to."""
    app.context_processor(lambda: {"courses_beside": _of_whoever_looks})


def _of_whoever_looks(slug: str) -> Sequence[OtherCourse]:
    return courses_beside(db.session, current_user.id, slug)


def courses_beside(session: Session, user_id: int, slug: str) -> list[OtherCourse]:
    """Someone's other courses, newest first, without archived ones: one statement."""
    rows = session.execute(
        sa.select(Course.slug, Course.title, Course.term)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .where(Enrolment.user_id == user_id, Course.archived_at.is_(None), Course.slug != slug)
        .order_by(Course.id.desc())
        .limit(MOST)
    )
    return [OtherCourse(*row) for row in rows]
