"""A submission as its reader may see it: found in its course, without points that are held back."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, undefer

from autograder.results import GradeResult, from_json
from webapp.base.database import Missing
from webapp.models import Content, CourseAssignment, Enrolment, ManualGrade, Result, Submission
from webapp.visibility import sight


def submission_in(session: Session, enrolment: Enrolment, submission_id: int) -> Submission:
    """A submission of the course: one's own, or anyone's for staff; raises Missing.

    A student's comes without its points while results are held back.
    """
    found = session.scalar(
        sa.select(Submission)
        .join(Submission.course_assignment)
        .join(Submission.user)
        .options(
            contains_eager(Submission.course_assignment).contains_eager(CourseAssignment.course),
            contains_eager(Submission.user),
        )
        .join(CourseAssignment.course)
        .where(Submission.id == submission_id, CourseAssignment.course_id == enrolment.course_id)
    )
    if found is None or not (enrolment.is_staff or found.user_id == enrolment.user_id):
        raise Missing
    return sight.for_reader(session, enrolment, found)


def detail_of(session: Session, submission: Submission) -> GradeResult | None:
    """The whole current result of a submission, or None before it is graded."""
    row = session.scalar(
        sa.select(Result)
        .options(undefer(Result.detail))
        .where(Result.submission_id == submission.id, Result.current.is_(True))
    )
    return None if row is None else from_json(row.detail)


def names_of_result(session: Session, submission: Submission) -> tuple[str, ...] | None:
    """What tells this file with its current result from any other; None before it is graded."""
    row = session.execute(
        sa.select(Result.id, Result.created_at, Result.grader_version).where(
            Result.submission_id == submission.id, Result.current.is_(True)
        )
    ).one_or_none()
    if row is None:
        return None
    return (submission.sha256, str(row.id), row.created_at.isoformat(), row.grader_version)


def detail_as_kept(session: Session, submission: Submission) -> bytes:
    """The whole current result as it lies in the database; raises Missing before there is one."""
    found = session.scalar(
        sa.select(Result.detail).where(
            Result.submission_id == submission.id, Result.current.is_(True)
        )
    )
    if found is None:
        raise Missing
    return found


def content_of(session: Session, submission: Submission) -> bytes:
    """The file as it was handed in."""
    return session.scalars(sa.select(Content.data).where(Content.sha256 == submission.sha256)).one()


def manual_grades(session: Session, submission: Submission) -> dict[str, ManualGrade]:
    """Staff's grades by question."""
    rows = session.scalars(
        sa.select(ManualGrade)
        .options(joinedload(ManualGrade.grader))
        .where(ManualGrade.submission_id == submission.id)
    )
    return {row.question: row for row in rows}
