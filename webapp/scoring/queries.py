"""What current results say of a question: its kind, its points, and what it is worth."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import CourseAssignment, QuestionScore, Result, Submission

MANUAL = "manual"


class CurrentQuestion(NamedTuple):
    """A question of a submission's current result; `score` is what the checks gave."""

    submission_id: int
    question: str
    kind: str
    score: float | None
    most: float


def current_questions(
    *among: sa.ColumnElement[bool],
) -> sa.Select[int, str, str, float | None, float]:
    """The columns of `CurrentQuestion`; `among` says which questions are wanted."""
    return (
        sa.select(
            Result.submission_id,
            QuestionScore.question,
            QuestionScore.kind,
            QuestionScore.score,
            QuestionScore.max_score.label("most"),
        )
        .join(QuestionScore, QuestionScore.result_id == Result.id)
        .where(Result.current.is_(True), *among)
    )


def questions_of_item(
    item: CourseAssignment, question: str, *among: sa.ColumnElement[bool]
) -> sa.Select[int, str, str, float | None, float]:
    """The same of one question, in every submission of an assignment that has it."""
    found = current_questions(QuestionScore.question == question, *among)
    return found.join(Submission, Result.submission_id == Submission.id).where(
        Submission.course_assignment_id == item.id
    )


def question_of(session: Session, submission: Submission, question: str) -> CurrentQuestion | None:
    """What the current result of a submission says of a question, where it has that."""
    mine = (Result.submission_id == submission.id, QuestionScore.question == question)
    row = session.execute(current_questions(*mine)).first()
    return None if row is None else CurrentQuestion(*row)


def written_question_of(
    session: Session, submission: Submission, question: str
) -> CurrentQuestion | None:
    """The same of a question that staff give points, and of no other."""
    found = question_of(session, submission, question)
    return found if found is not None and found.kind == MANUAL else None
