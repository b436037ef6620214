"""What is read of imports: the open one, its files, and what the rules would make of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.base.clock import now
from webapp.extensions import queries as extensions
from webapp.imports.matching import Found
from webapp.models import (
    BulkImport,
    Course,
    CourseAssignment,
    Enrolment,
    ImportItem,
    ImportState,
    Role,
    User,
)
from webapp.scoring.counting import policy_of
from webapp.scoring.late_policy import Worth


@dataclass(frozen=True)
class Listed:
    """A file as staff look at it: when it counts as handed in, and what the rules make of that."""

    item: ImportItem
    received_at: datetime
    worth: Worth


@dataclass(frozen=True)
class Previewed:
    """The same of a file that is not kept: where it lies, and its student's address."""

    source: str
    email: str
    received_at: datetime
    worth: Worth


def may_import(session: Session, slug: str, user_id: int) -> bool:
    """Whether someone is an instructor of the course, and so may bring in work."""
    instructor = (
        sa.select(Enrolment.id)
        .join(Course)
        .where(
            Course.slug == slug,
            Enrolment.user_id == user_id,
            Enrolment.role == Role.INSTRUCTOR,
        )
    )
    return session.scalar(instructor) is not None


def open_import(session: Session, assignment: CourseAssignment) -> BulkImport | None:
    """The newest import of the assignment that is neither taken in nor discarded."""
    return session.scalar(
        sa.select(BulkImport)
        .where(
            BulkImport.course_assignment_id == assignment.id, BulkImport.state == ImportState.OPEN
        )
        .order_by(BulkImport.id.desc())
        .limit(1)
    )


def refused_count(session: Session, found: BulkImport) -> int:
    """How many of an import's files have an error, and are not taken in."""
    refused = sa.select(sa.func.count(ImportItem.id)).where(
        ImportItem.import_id == found.id, ImportItem.error != ""
    )
    return session.scalar(refused) or 0


def items(session: Session, found: BulkImport) -> list[ImportItem]:
    """Its files, those that cannot be taken in first."""
    rows = session.scalars(
        sa.select(ImportItem)
        .options(joinedload(ImportItem.user))
        .where(ImportItem.import_id == found.id)
        .order_by(ImportItem.error == "", ImportItem.position)
    )
    return list(rows)


def listed(session: Session, found: BulkImport) -> list[Listed]:
    """Its files with what the rules would make of each, late days apart: three statements."""
    lateness, shown = _Lateness(session, found.course_assignment), []
    for item in items(session, found):
        received_at, worth = lateness.of(item.user_id, item.received_at)
        shown.append(Listed(item, received_at, worth))
    return shown


def previewed(
    session: Session, assignment: CourseAssignment, gathered: Sequence[Found]
) -> list[Previewed]:
    """What could be taken in of what was gathered and is not kept."""
    fitting = [found for found in gathered if not found.error]
    emails: dict[int | None, str] = {}
    wanted = sa.select(User.id, User.email).where(User.id.in_([one.user_id for one in fitting]))
    emails.update((row.id, row.email) for row in session.execute(wanted))
    lateness, shown = _Lateness(session, assignment), []
    for found in fitting:
        received_at, worth = lateness.of(found.user_id, found.received_at)
        email = emails.get(found.user_id, "")
        shown.append(Previewed(found.source.source, email, received_at, worth))
    return shown


class _Lateness:
    """When each student's work counts as handed in, and what it is worth then."""

    def __init__(self, session: Session, assignment: CourseAssignment) -> None:
        self._assignment = assignment
        rows = extensions.of_assignment(session, assignment)
        self._extended = {row.user_id: row.due_at for row in rows}
        self._moment = now()

    def of(self, user_id: int | None, received_at: datetime | None) -> tuple[datetime, Worth]:
        until = None if user_id is None else self._extended.get(user_id)
        came = received_at or self._moment
        return came, policy_of(self._assignment.course, self._assignment, until).worth(came)
