"""What is not done yet of an assignment whose results somebody is about to publish."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import CourseAssignment, Submission, SubmissionState

_WAITING = (SubmissionState.QUEUED, SubmissionState.RUNNING, SubmissionState.FAULT)


@dataclass(frozen=True)
class Unfinished:
    """Counting attempts with written answers that nobody has read, and attempts not graded yet."""

    unread: int
    waiting: int

    @property
    def sentence(self) -> str:
        """For whoever publishes; empty where everything is done."""
        parts = []
        if self.unread:
            one = self.unread == 1
            parts.append(
                f"{self.unread} student{'' if one else 's'} {'has' if one else 'have'} written "
                "answers that nobody has read"
            )
        if self.waiting:
            one = self.waiting == 1
            parts.append(f"{self.waiting} attempt{' is' if one else 's are'} not graded yet")
        return f"{', and '.join(parts)}." if parts else ""


def unfinished(session: Session, assignment: CourseAssignment) -> Unfinished:
    """How much of an assignment is still to be read or graded: one statement."""
    unread = sa.and_(Submission.counts, Submission.ungraded > 0)
    counted = sa.select(
        sa.func.count(sa.case((unread, 1))),
        sa.func.count(sa.case((Submission.state.in_(_WAITING), 1))),
    ).where(Submission.course_assignment_id == assignment.id)
    return Unfinished(*session.execute(counted).one())
