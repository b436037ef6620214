"""The file that somebody looks at, and whom a course and the site know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.database import in_parts
from webapp.models import Course, RosterFile, User
from webapp.people.person import Details
from webapp.people.queries import formerly_of, member, of_course
from webapp.roster.plan import Known, Where

KEPT_FOR = timedelta(hours=24)


def kept_file(session: Session, course_id: int, user_id: int) -> RosterFile | None:
    """The file that somebody looks at in a course."""
    return session.scalar(
        sa.select(RosterFile)
        .options(sa.orm.undefer(RosterFile.data))
        .where(
            RosterFile.course_id == course_id,
            RosterFile.user_id == user_id,
            RosterFile.uploaded_at > now() - KEPT_FOR,
        )
    )


def known_people(session: Session, course: Course, emails: Sequence[str]) -> list[Known]:
    """The course's people, its former ones, and other accounts with these addresses."""
    found: list[Known] = []
    parts: tuple[tuple[Where, sa.Select[*tuple[Any, ...]]], ...] = (
        ("here", of_course(course)),
        ("former", formerly_of(course)),
    )
    for where, people in parts:
        for each in map(member, session.execute(people.order_by(User.id))):
            found.append(Known(each.id, where, each.details, each.has_password))
    addresses = {each.details.email for each in found}
    for part in in_parts(sorted(set(emails) - addresses)):
        chosen = sa.select(User.id, User.name, User.email, User.password.is_not(None))
        for row in session.execute(chosen.where(User.email.in_(part)).order_by(User.id)):
            found.append(Known(row[0], "elsewhere", Details(row[1], row[2]), row[3]))
    return found
