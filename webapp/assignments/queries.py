"""Which versions the site has of its assignments, and which of them it grades with."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from webapp.models import AssignmentVersion, Course, CourseAssignment, VersionState

_KNOWN = "heldout versions in use"


def in_use(session: Session) -> dict[str, str]:
    """The digest of the version in use by assignment; what is placed alone is not in it.

    One statement for a transaction, however many assignments a page asks for.
    """
    return {name: digest for name, (digest, _) in _known(session).items()}


def proof_in_use(session: Session, name: str) -> VersionState | None:
    """How the proof of the version in use stands; None where none was brought."""
    return _known(session).get(name, (None, None))[1]


def _known(session: Session) -> dict[str, tuple[str, VersionState]]:
    if _KNOWN not in session.info:
        rows = session.execute(
            sa.select(
                AssignmentVersion.assignment, AssignmentVersion.digest, AssignmentVersion.state
            )
            .where(AssignmentVersion.in_use_since.is_not(None))
            .order_by(AssignmentVersion.in_use_since, AssignmentVersion.id)
        )
        session.info[_KNOWN] = {row.assignment: (row.digest, row.state) for row in rows}
    found: dict[str, tuple[str, VersionState]] = session.info[_KNOWN]
    return found


def archive_of(session: Session, name: str, digest: str) -> bytes | None:
    """The files of a version, or None where they are gone."""
    return session.scalar(
        sa.select(AssignmentVersion.archive).where(
            AssignmentVersion.assignment == name, AssignmentVersion.digest == digest
        )
    )


def set_in_courses(session: Session) -> list[str]:
    """The assignments that some course sets, if that is not archived: one statement."""
    chosen = (
        sa.select(CourseAssignment.assignment)
        .join(CourseAssignment.course)
        .where(Course.archived_at.is_(None))
        .distinct()
    )
    return list(session.scalars(chosen.order_by(CourseAssignment.assignment)))


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _look_again(session: Session) -> None:
    session.info.pop(_KNOWN, None)
