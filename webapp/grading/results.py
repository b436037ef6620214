"""Writing down what grading found."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.results import GradeResult, to_json
from webapp.grading.conditions import conditions_of
from webapp.grading.failures import failures_of
from webapp.models import (
    Job,
    QuestionScore,
    Regrade,
    RegradeItem,
    RegradeState,
    Result,
    Submission,
)
from webapp.queue import jobs
from webapp.scoring import counting, tallies


def write_result(session: Session, held: jobs.Claim, result: GradeResult) -> bool:
    """Store a graded or rejected submission's result in one transaction.

    Returns False, and changes nothing, when the job was taken over by a later attempt.
    """
    if not jobs.release_as_done(session, held):
        session.rollback()
        return False
    regrade_id = session.scalar(sa.select(Job.regrade_id).where(Job.id == held.job_id))
    if regrade_id is not None:
        _keep_for_regrade(session, held, regrade_id, result)
        session.commit()
        return True
    counting.lock_students(session, [held.submission_id])
    jobs.give_back_share(session, held)
    # Locked, so that two results, or a result and staff's points, are counted one after the other.
    submission = session.get_one(Submission, held.submission_id, with_for_update=True)
    row = _of_version(session, submission.id, result.grader_version)
    session.execute(
        sa.update(Result).where(Result.submission_id == submission.id).values(current=False)
    )
    if row is None:
        row = _row(held, result)
        session.add(row)
    row.current = True
    item = submission.course_assignment
    tallies.bring_up_to_date(session, item, [submission.id], other_results=True)
    session.commit()
    return True


def _of_version(session: Session, submission_id: int, version: str) -> Result | None:
    return session.scalar(
        sa.select(Result).where(
            Result.submission_id == submission_id, Result.grader_version == version
        )
    )


def _keep_for_regrade(
    session: Session, held: jobs.Claim, regrade_id: int, result: GradeResult
) -> None:
    """Put a result beside the current one until staff publish it; dropped if they discarded it."""
    item = session.scalar(
        sa.select(RegradeItem)
        .join(Regrade, RegradeItem.regrade_id == Regrade.id)
        .where(
            Regrade.id == regrade_id,
            Regrade.state == RegradeState.OPEN,
            RegradeItem.submission_id == held.submission_id,
        )
    )
    if item is None or item.new_result_id is not None:
        return
    row = _row(held, result)
    row.current, row.regrade_id = False, regrade_id
    if _of_version(session, held.submission_id, result.grader_version) is not None:
        # The same judge under other conditions, such as another seed, or work that is unsteady.
        row.grader_version = f"{result.grader_version}~{regrade_id}"
    session.add(row)
    session.flush()
    item.new_result_id = row.id


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
        conditions=conditions_of(result),
        measure=result.measure.value if result.measure else None,
        measure_final=result.measure.final if result.measure else None,
        measure_name=result.measure.what if result.measure else "",
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
        failures=failures_of(result),
    )
