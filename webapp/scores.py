"""Writing down what grading found, and what staff add to it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.results import GradeResult, Status, to_json
from webapp import jobs
from webapp.models import (
    ManualGrade,
    QuestionScore,
    Result,
    Submission,
    SubmissionState,
)


def write_result(session: Session, held: jobs.Claim, result: GradeResult) -> bool:
    """Store a graded or rejected submission's result in one transaction.

    Returns False, and changes nothing, when the job was taken over by a later attempt.
    """
    if not jobs.release_as_done(session, held):
        session.rollback()
        return False
    submission = session.get_one(Submission, held.submission_id)
    row = session.scalar(
        sa.select(Result).where(
            Result.submission_id == submission.id, Result.grader_version == result.grader_version
        )
    )
    session.execute(
        sa.update(Result).where(Result.submission_id == submission.id).values(current=False)
    )
    if row is None:
        row = _row(held, result)
        session.add(row)
    row.current = True
    _apply(submission, row)
    count_manual(session, submission)
    session.commit()
    return True


def _apply(submission: Submission, row: Result) -> None:
    """Make the submission say what the result says."""
    if row.status == Status.REJECTED:
        submission.state, submission.auto_score = SubmissionState.REJECTED, None
        return
    automatic = (question for question in row.questions if question.kind == "auto")
    submission.state = SubmissionState.GRADED
    submission.auto_score = sum(question.score or 0.0 for question in automatic)


def _row(held: jobs.Claim, result: GradeResult) -> Result:
    return Result(
        submission_id=held.submission_id,
        job_id=held.job_id,
        grader_version=result.grader_version,
        status=str(result.status),
        score=result.score,
        max_score=result.max_score,
        seconds=result.seconds,
        detail=to_json(result),
        questions=[
            QuestionScore(
                position=position,
                question=question.name,
                kind=question.kind,
                score=question.score,
                max_score=question.max_score,
                verdict=str(question.verdict),
            )
            for position, question in enumerate(result.questions)
        ],
    )


def count_manual(session: Session, submission: Submission) -> None:
    """Bring the submission's manual score and its ungraded questions up to date."""
    session.flush()
    manual = session.scalars(
        sa.select(QuestionScore.question)
        .join(Result, QuestionScore.result_id == Result.id)
        .where(
            Result.submission_id == submission.id,
            Result.current.is_(True),
            QuestionScore.kind == "manual",
        )
    ).all()
    rows = session.execute(
        sa.select(ManualGrade.question, ManualGrade.points).where(
            ManualGrade.submission_id == submission.id
        )
    )
    grades = {row.question: row.points for row in rows}
    given = [grades[question] for question in manual if question in grades]
    submission.manual_score = sum(given) if given else None
    submission.ungraded = len(manual) - len(given)


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
