"""Courses as an address names them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import Missing
from webapp.models import Course


def course_called(session: Session, slug: str) -> Course:
    """A course of the site by its short name; raises Missing."""
    found = session.scalar(sa.select(Course).where(Course.slug == slug))
    if found is None:
        raise Missing
    return found
