"""Staff's reading of the written answers of a notebook: what there is, and what it is worth.

Each grader's reading is kept; the mean of those that are complete is the answer's grade, and is
written where points that staff give by hand are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.models import (
    AnswerDuty,
    AnswerReading,
    Course,
    CourseAssignment,
    ManualGrade,
    QuestionScore,
    Result,
    Submission,
    User,
)
from webapp.reading.works import Work
from webapp.rubrics.answer_rubrics import KIND
from webapp.rubrics.names import Names
from webapp.rubrics.rubrics import Rubric
from webapp.scoring.attempts_to_read import attempts_to_read

_CLOSE = 1e-9


@dataclass(frozen=True)
class WrittenQuestion:
    """A written question of an assignment, and how many of its answers wait."""

    item: CourseAssignment
    name: str
    most: float
    answers: int
    waiting: int


@dataclass(frozen=True)
class Answer(Work):
    """A student's answer in the attempt that counts, or in one that may come to.

    `given` are its points so far. It is worth `most` in its own notebook, which may be less than
    the rubric gives.
    """

    user_id: int = 0
    attempt: int = 1
    counts: bool = True
    given: float | None = None
    most: float = math.inf

    @property
    def by_hand(self) -> bool:
        """Whether staff gave points that no reading says."""
        return is_by_hand(self.given, self.mean, self.most)

    def given_to(self, grader_id: int) -> float | None:
        """Its points as a grader sees them: those of readings once they have read it themselves."""
        return self.given if self.by_hand or not self.unread_by(grader_id) else None

    def waits_for(self, grader_id: int) -> bool:
        """As any work; what has points by hand waits for nobody."""
        return not self.by_hand and super().waits_for(grader_id)


def is_by_hand(given: float | None, mean: float | None, most: float) -> bool:
    """Whether points are others than the readings' mean gives an answer that is worth `most`."""
    if given is None:
        return False
    return mean is None or abs(given - min(mean, most)) > _CLOSE


def questions(session: Session, course: Course) -> list[WrittenQuestion]:
    """Every written question of a course that somebody answered: two statements."""
    attempts = attempts_to_read(course.id)
    rows = session.execute(
        sa.select(
            attempts.c.course_assignment_id,
            QuestionScore.question,
            sa.func.max(QuestionScore.max_score).label("most"),
            sa.func.count().label("answers"),
            sa.func.count(ManualGrade.id).label("given"),
        )
        .join_from(*_results_of(attempts))
        .outerjoin(ManualGrade, _grade_of(attempts))
        .where(QuestionScore.kind == "manual")
        .group_by(attempts.c.course_assignment_id, QuestionScore.question)
        .order_by(QuestionScore.question)
    ).all()
    items = session.scalars(
        sa.select(CourseAssignment)
        .where(CourseAssignment.course_id == course.id)
        .order_by(CourseAssignment.position)
    )
    return [
        WrittenQuestion(item, row.question, row.most, row.answers, row.answers - row.given)
        for item in items
        for row in rows
        if row.course_assignment_id == item.id
    ]


def worth(session: Session, item: CourseAssignment, question: str) -> float | None:
    """What a written question is worth; None where no result has it."""
    return session.scalar(
        sa.select(sa.func.max(QuestionScore.max_score))
        .join(Result, QuestionScore.result_id == Result.id)
        .join(Submission, Result.submission_id == Submission.id)
        .where(
            Submission.course_assignment_id == item.id,
            Result.current.is_(True),
            QuestionScore.kind == "manual",
            QuestionScore.question == question,
        )
    )


def answers(
    session: Session, item: CourseAssignment, question: str, *, rubric: Rubric, names: Names
) -> list[Answer]:
    """Every answer to a question that staff read, in the order of reading: three statements."""
    attempts = attempts_to_read(item.course_id, Submission.course_assignment_id == item.id)
    rows = session.execute(
        sa.select(
            attempts.c.id,
            attempts.c.user_id,
            attempts.c.attempt,
            attempts.c.counts,
            User.name,
            ManualGrade.points,
            QuestionScore.max_score.label("most"),
        )
        .join_from(*_results_of(attempts))
        .join(User, User.id == attempts.c.user_id)
        .outerjoin(ManualGrade, _grade_of(attempts))
        .where(
            QuestionScore.kind == "manual",
            QuestionScore.question == question,
        )
        .order_by(attempts.c.id)
    ).all()
    readings = readings_by_submission(session, item, question)
    duties = _together(_duties(session, item, question), lambda row: row.user_id)
    return [
        Answer(
            KIND,
            row.id,
            names.of(KIND, row.user_id, row.name),
            names.of(KIND, row.user_id, row.name),
            rubric,
            tuple(readings[row.id]),
            tuple(duties[row.user_id]),
            user_id=row.user_id,
            attempt=row.attempt,
            counts=row.counts,
            given=row.points,
            most=row.most,
        )
        for row in rows
    ]


def one_each(found: Iterable[Answer]) -> list[Answer]:
    """One answer for each student, with the readings of all of theirs: readers have students."""
    mine: dict[int, Answer] = {}
    for each in found:
        first = mine.get(each.user_id)
        mine[each.user_id] = replace(first, scores=first.scores + each.scores) if first else each
    return list(mine.values())


def _results_of(attempts: sa.Subquery) -> tuple[Any, Any, Any]:
    """What joins the attempts that are read to the questions of their current results."""
    results = sa.join(QuestionScore, Result, QuestionScore.result_id == Result.id)
    mine = sa.and_(Result.submission_id == attempts.c.id, Result.current.is_(True))
    return attempts, results, mine


def _grade_of(attempts: sa.Subquery) -> sa.ColumnElement[bool]:
    return sa.and_(
        ManualGrade.submission_id == attempts.c.id, ManualGrade.question == QuestionScore.question
    )


def _together(rows: Iterable[Any], key: Any) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def readings_by_submission(
    session: Session, item: CourseAssignment, question: str
) -> Mapping[int, list[AnswerReading]]:
    """Every reading of a question, by the submission that it is of."""
    return _together(_readings(session, item, question), lambda row: row.submission_id)


def _readings(session: Session, item: CourseAssignment, question: str) -> Sequence[AnswerReading]:
    return session.scalars(
        sa.select(AnswerReading)
        .join(Submission, AnswerReading.submission_id == Submission.id)
        .options(joinedload(AnswerReading.grader))
        .where(Submission.course_assignment_id == item.id, AnswerReading.question == question)
        .order_by(AnswerReading.id)
    ).all()


def _duties(session: Session, item: CourseAssignment, question: str) -> Sequence[AnswerDuty]:
    return session.scalars(
        sa.select(AnswerDuty)
        .options(joinedload(AnswerDuty.grader))
        .where(AnswerDuty.course_assignment_id == item.id, AnswerDuty.question == question)
        .order_by(AnswerDuty.id)
    ).all()


def readings_of(session: Session, submission: Submission, question: str) -> list[AnswerReading]:
    """Every grader's reading of one answer."""
    rows = session.scalars(
        sa.select(AnswerReading)
        .options(joinedload(AnswerReading.grader))
        .where(AnswerReading.submission_id == submission.id, AnswerReading.question == question)
        .order_by(AnswerReading.id)
    )
    return list(rows)


def duties_of(session: Session, submission: Submission, question: str) -> list[AnswerDuty]:
    """Who is to read one answer."""
    rows = session.scalars(
        sa.select(AnswerDuty).where(
            AnswerDuty.course_assignment_id == submission.course_assignment_id,
            AnswerDuty.user_id == submission.user_id,
            AnswerDuty.question == question,
        )
    )
    return list(rows)


def is_asked(session: Session, submission: Submission, question: str) -> bool:
    """Whether the current result of a submission has that written question."""
    found = session.scalar(
        sa.select(QuestionScore.id)
        .join(Result, QuestionScore.result_id == Result.id)
        .where(
            Result.submission_id == submission.id,
            Result.current.is_(True),
            QuestionScore.kind == "manual",
            QuestionScore.question == question,
        )
    )
    return found is not None


def selections_for(
    session: Session, item: CourseAssignment, question: str
) -> list[Mapping[str, Any]]:
    """What was chosen in every reading of a question."""
    return [row.selections for row in _readings(session, item, question)]
