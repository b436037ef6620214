"""What a course has, and what in it waits for a worker."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import CourseAssignment, Enrolment, Role, Submission, Team
from webapp.queue.stopping import unfinished_in
from webapp.similarity.operations import open_reports


@dataclass(frozen=True)
class Waiting:
    """Work of a course that no worker has done yet; empty where there is none."""

    attempts: int
    comparisons: int

    def __bool__(self) -> bool:
        return bool(self.attempts or self.comparisons)

    @property
    def words(self) -> str:
        """`3 attempts wait to be graded and 1 comparison is being made`."""
        parts = []
        if self.attempts:
            verb = "attempt waits" if self.attempts == 1 else "attempts wait"
            parts.append(f"{self.attempts} {verb} to be graded")
        if self.comparisons:
            verb = "comparison is" if self.comparisons == 1 else "comparisons are"
            parts.append(f"{self.comparisons} {verb} being made")
        return " and ".join(parts)


def what_waits(session: Session, course_id: int) -> Waiting:
    """What waits or runs in a course: two statements."""
    return Waiting(unfinished_in(session, course_id), open_reports(session, course_id))


@dataclass(frozen=True)
class Holding:
    """How much there is in a course."""

    students: int
    staff: int
    assignments: int
    attempts: int
    teams: int

    def told(self) -> dict[str, int]:
        """What the log keeps of it."""
        return asdict(self)


def what_a_course_has(session: Session, course_id: int) -> Holding:
    """How much is deleted with it: one statement."""
    of_student = Enrolment.role == Role.STUDENT
    attempts = sa.select(sa.func.count(Submission.id)).join(Submission.course_assignment)
    counted = (
        _count(Enrolment).where(Enrolment.course_id == course_id, of_student),
        _count(Enrolment).where(Enrolment.course_id == course_id, ~of_student),
        _count(CourseAssignment).where(CourseAssignment.course_id == course_id),
        attempts.where(CourseAssignment.course_id == course_id),
        _count(Team).where(Team.course_id == course_id),
    )
    row = session.execute(sa.select(*(each.scalar_subquery() for each in counted))).one()
    return Holding(*row)


def _count(table: type[Enrolment] | type[CourseAssignment] | type[Team]) -> sa.Select[tuple[int]]:
    return sa.select(sa.func.count(table.id))
