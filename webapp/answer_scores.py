"""What the readings of a written answer are worth, and what a changed rubric makes of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import overrides, recount, tallies
from webapp.answer_readings import differ, readings_by_submission, readings_of
from webapp.clock import now
from webapp.database import in_parts
from webapp.models import (
    AnswerReading,
    CourseAssignment,
    ManualGrade,
    QuestionScore,
    Result,
    Submission,
)
from webapp.reading_scores import Marks
from webapp.rubrics import Rubric
from webapp.scores import set_manual_grade


@dataclass(frozen=True)
class Given:
    """A reading that was kept; `by_hand` are points given otherwise since, which stay."""

    reading: AnswerReading
    by_hand: float | None = None


def mean_of(rubric: Rubric, selections: Iterable[Mapping[str, Any]]) -> float | None:
    """The mean points of the readings that are complete."""
    found = [points for each in selections if (points := rubric.points(each)) is not None]
    return sum(found) / len(found) if found else None


def give(
    session: Session,
    submission: Submission,
    question: str,
    *,
    rubric: Rubric,
    grader_id: int,
    marks: Marks,
) -> Given:
    """Keep a grader's reading, and count the mean of all; the caller commits.

    It counts no more than the question is worth in this submission. Points that somebody gave by
    hand since the readings before, such as for a regrade request, stay.
    """
    recount.lock_students(session, [submission.id])
    rows = readings_of(session, submission, question)
    grade = session.scalar(
        sa.select(ManualGrade).where(
            ManualGrade.submission_id == submission.id, ManualGrade.question == question
        )
    )
    worths = _worths(session, question, Submission.id == submission.id)
    most = worths.get(submission.id, math.inf)
    before = mean_of(rubric, [row.selections for row in rows])
    by_hand = grade is not None and before is not None and differ(grade.points, before, most)
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
    if grade is not None and by_hand:
        return Given(mine, grade.points)
    set_manual_grade(
        session,
        submission,
        question=question,
        points=min(mean_of(rubric, [row.selections for row in rows]) or 0.0, most),
        comment=_comments(rows),
        grader_id=grader_id,
    )
    return Given(mine)


def _comments(rows: Sequence[AnswerReading]) -> str:
    return "\n\n".join(dict.fromkeys(row.comment for row in rows if row.comment))


def apply_rubric(
    session: Session, item: CourseAssignment, question: str, before: Rubric, after: Rubric
) -> int:
    """Let a changed rubric change what is read already; how many answers. The caller commits.

    Points by hand stay. What is incomplete by the new rubric waits for staff again.
    """
    read = sa.select(AnswerReading.submission_id).join(Submission)
    of_it = (Submission.course_assignment_id == item.id, AnswerReading.question == question)
    recount.lock_students(session, session.scalars(read.where(*of_it).distinct()).all())
    # Nothing is taken from before the lock: points may have been given until then.
    session.flush()
    session.expire_all()
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
    recount.recount_among(session, item, changed)
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
    by_hand = grade is not None and (old is None or differ(grade.points, old, most))
    if old == new or by_hand:
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
