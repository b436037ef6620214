"""What the readings of a written answer are worth, and what a changed rubric makes of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.database import in_parts
from webapp.models import (
    AnswerReading,
    CourseAssignment,
    ManualGrade,
    QuestionScore,
    Result,
    Submission,
)
from webapp.reading.answers import (
    is_by_hand,
    readings_by_submission,
    readings_of,
    selections_for,
    worth,
)
from webapp.rubrics.answer_rubrics import answer_rubric, save_answer_rubric
from webapp.rubrics.marks import Sent, marks_by, plain_lines
from webapp.rubrics.rubrics import Rubric, refuse_lost_changes, refuse_lost_choices
from webapp.scoring import counting, overrides, tallies
from webapp.scoring.points_by_hand import set_manual_grade


@dataclass(frozen=True)
class Given:
    """A reading that was kept, and the rubric that it follows.

    `by_hand` are points that staff gave otherwise, which stay; `instead_of` are such points in
    whose place the readings count from now on.
    """

    reading: AnswerReading
    rubric: Rubric
    by_hand: float | None = None
    instead_of: float | None = None


def mean_of(rubric: Rubric, selections: Iterable[Mapping[str, Any]]) -> float | None:
    """The mean points of the readings that are complete."""
    found = [points for each in selections if (points := rubric.points(each)) is not None]
    return sum(found) / len(found) if found else None


def give(
    session: Session,
    submission: Submission,
    question: str,
    *,
    grader_id: int,
    sent: Sent,
    instead_of: float | None = None,
) -> Given:
    """Keep a grader's reading by the rubric of now, and count the mean of all; the caller commits.

    It counts no more than the question is worth in this submission. Points that somebody gave by
    hand, such as for a regrade request, stay, unless the reader knew them and means theirs to count
    `instead_of` them. Raises ReadingRefused.
    """
    counting.lock_students(session, [submission.id])
    rubric = _rubric(session, submission.course_assignment, question)
    marks = marks_by(rubric, sent)
    before = answer_now(session, submission, question, rubric)
    rows = list(before.readings)
    mine = next((row for row in rows if row.grader_id == grader_id), None)
    if mine is None:
        mine = AnswerReading(
            submission_id=submission.id, question=question, grader_id=grader_id, selections={}
        )
        session.add(mine)
        rows.append(mine)
    # What an item that is gone now had stays: the item may come back.
    mine.selections = {**mine.selections, **marks.selections}
    mine.comment, mine.updated_at = marks.comment, now()
    if before.by_hand is not None and before.by_hand != instead_of:
        return Given(mine, rubric, by_hand=before.by_hand)
    set_manual_grade(
        session,
        submission,
        question=question,
        points=min(mean_of(rubric, [row.selections for row in rows]) or 0.0, before.most),
        comment="\n\n".join(filter(None, (before.beside, _comments(rows)))),
        grader_id=grader_id,
    )
    return Given(mine, rubric, instead_of=before.by_hand)


@dataclass(frozen=True)
class AnswerNow:
    """The readings of an answer, what it is worth at most, and its points if given by hand.

    `beside` is what staff wrote otherwise than by reading it.
    """

    readings: tuple[AnswerReading, ...]
    most: float
    by_hand: float | None
    beside: str


def answer_now(
    session: Session, submission: Submission, question: str, rubric: Rubric
) -> AnswerNow:
    """What was given for one answer so far."""
    rows = readings_of(session, submission, question)
    grade = session.execute(
        sa.select(ManualGrade.points, ManualGrade.comment).where(
            ManualGrade.submission_id == submission.id, ManualGrade.question == question
        )
    ).first()
    points = grade.points if grade else None
    worths = _worths(session, question, Submission.id == submission.id)
    most = worths.get(submission.id, math.inf)
    by_hand = is_by_hand(points, mean_of(rubric, [row.selections for row in rows]), most)
    said = plain_lines(grade.comment) if grade else ""
    beside = said.removesuffix(plain_lines(_comments(rows))).strip()
    return AnswerNow(tuple(rows), most, points if by_hand else None, beside)


def _rubric(session: Session, item: CourseAssignment, question: str) -> Rubric:
    return answer_rubric(session, item, question, worth(session, item, question) or 0.0)


def _comments(rows: Sequence[AnswerReading]) -> str:
    return "\n\n".join(dict.fromkeys(row.comment for row in rows if row.comment))


def change_rubric(
    session: Session, item: CourseAssignment, question: str, after: Rubric, *, edited: str = ""
) -> int:
    """Let another rubric hold, also for what is read already; how many answers change with it.

    `edited` is the version that was changed into it, where that is known. Points by hand stay. What
    is incomplete by the new rubric waits for staff again. Raises RubricError; the caller commits.
    """
    # Also of those whose first answer is being read now.
    counting.lock_course(session, item.course)
    # Nothing is taken from before the lock: points may have been given until then.
    session.flush()
    session.expire_all()
    before = _rubric(session, item, question)
    refuse_lost_changes(before, edited)
    refuse_lost_choices(before, after, selections_for(session, item, question))
    most = worth(session, item, question) or 0.0
    save_answer_rubric(session, item, question, after, most=most)
    return _apply(session, item, question, before, after)


def _apply(
    session: Session, item: CourseAssignment, question: str, before: Rubric, after: Rubric
) -> int:
    rows = readings_by_submission(session, item, question)
    grades = {
        grade.submission_id: grade
        for grade in session.scalars(
            sa.select(ManualGrade)
            .join(Submission, ManualGrade.submission_id == Submission.id)
            .where(Submission.course_assignment_id == item.id, ManualGrade.question == question)
        )
    }
    most = _worths(session, question, Submission.course_assignment_id == item.id)
    changed = [
        number
        for number, read in rows.items()
        if _changes(
            session,
            grades.get(number),
            read,
            before=before,
            after=after,
            most=most.get(number, math.inf),
        )
    ]
    for part in in_parts(changed):
        tallies.count_manual(session, part)
        overrides.recount_among(session, part)
    session.expire_all()
    counting.recount_among(session, item, changed)
    return len(changed)


def _worths(session: Session, question: str, among: sa.ColumnElement[bool]) -> dict[int, float]:
    """What the question is worth in each of these submissions, by its current result."""
    rows = session.execute(
        sa.select(Result.submission_id, QuestionScore.max_score)
        .join(QuestionScore, QuestionScore.result_id == Result.id)
        .join(Submission, Result.submission_id == Submission.id)
        .where(Result.current.is_(True), QuestionScore.question == question, among)
    )
    return {row.submission_id: row.max_score for row in rows}


def _changes(
    session: Session,
    grade: ManualGrade | None,
    read: Sequence[AnswerReading],
    *,
    before: Rubric,
    after: Rubric,
    most: float,
) -> bool:
    chosen = [row.selections for row in read]
    old, new = mean_of(before, chosen), mean_of(after, chosen)
    if old == new or is_by_hand(grade.points if grade else None, old, most):
        return False
    if grade is not None and new is not None:
        grade.points = min(new, most)
    elif grade is not None:
        session.delete(grade)
    elif new is not None:
        last = read[-1]
        grade = ManualGrade(
            submission_id=last.submission_id, question=last.question, grader_id=last.grader_id
        )
        grade.points, grade.comment = min(new, most), _comments(read)
        session.add(grade)
    return True
