"""Points given by hand and what they change in the total."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import ManualGrade, Submission
from webapp.scoring import counting, overrides, tallies


def count_manual(session: Session, submission: Submission) -> None:
    """Bring the submission's manual score, ungraded questions and overrides up to date.

    And with them which of the student's attempts counts.
    """
    tallies.count_manual(session, [submission.id])
    session.refresh(submission, ["manual_score", "ungraded"])
    overrides.recount(session, submission)
    counting.recount_submission(session, submission)


def set_manual_grade(
    session: Session,
    submission: Submission,
    *,
    question: str,
    points: float,
    comment: str,
    grader_id: int,
) -> ManualGrade:
    """Give, or change, staff's points for a written answer; the caller commits."""
    counting.lock_students(session, [submission.id])
    session.refresh(submission, with_for_update=True)
    grade = session.scalar(
        sa.select(ManualGrade).where(
            ManualGrade.submission_id == submission.id, ManualGrade.question == question
        )
    )
    if grade is None:
        grade = ManualGrade(submission_id=submission.id, question=question)
        session.add(grade)
    grade.points = points
    grade.comment = comment
    grade.grader_id = grader_id
    count_manual(session, submission)
    return grade
