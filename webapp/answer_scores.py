"""What the readings of a written answer are worth, and what a changed rubric makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import overrides, recount, tallies
from webapp.answer_readings import readings_by_submission, readings_of
from webapp.clock import now
from webapp.database import in_parts
from webapp.models import AnswerReading, CourseAssignment, ManualGrade, Submission
from webapp.reading_scores import Marks
from webapp.rubrics import Rubric
from webapp.scores import set_manual_grade

_CLOSE = 1e-9


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
) -> AnswerReading:
    """Keep a grader's reading, and count the mean of all; the caller commits."""
    recount.lock_students(session, [submission.id])
    rows = readings_of(session, submission, question)
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
    set_manual_grade(
        session,
        submission,
        question=question,
        points=mean_of(rubric, [row.selections for row in rows]) or 0.0,
        comment=_comments(rows),
        grader_id=grader_id,
    )
    return mine


def _comments(rows: Sequence[AnswerReading]) -> str:
    return "\n\n".join(dict.fromkeys(row.comment for row in rows if row.comment))


def apply_rubric(
    session: Session, item: CourseAssignment, question: str, before: Rubric, after: Rubric
) -> int:
    """Let a changed rubric change what is read already; how many answers. The caller commits.

    Points by hand stay. What is incomplete by the new rubric waits for staff again.
    """
    rows = readings_by_submission(session, item, question)
    grades = {
        grade.submission_id: grade
        for grade in session.scalars(
            sa.select(ManualGrade)
            .join(Submission, ManualGrade.submission_id == Submission.id)
            .where(Submission.course_assignment_id == item.id, ManualGrade.question == question)
        )
    }
    recount.lock_students(session, list(rows))
    changed = [
        number
        for number, read in rows.items()
        if _changes(session, grades.get(number), read, before=before, after=after)
    ]
    for part in in_parts(changed):
        tallies.count_manual(session, part)
        overrides.recount_among(session, part)
    session.expire_all()
    recount.recount_among(session, item, changed)
    return len(changed)


def _changes(
    session: Session,
    grade: ManualGrade | None,
    read: Sequence[AnswerReading],
    *,
    before: Rubric,
    after: Rubric,
) -> bool:
    chosen = [row.selections for row in read]
    old, new = mean_of(before, chosen), mean_of(after, chosen)
    by_hand = grade is not None and (old is None or abs(grade.points - old) > _CLOSE)
    if old == new or by_hand:
        return False
    if grade is not None and new is not None:
        grade.points = new
    elif grade is not None:
        session.delete(grade)
    elif new is not None:
        last = read[-1]
        grade = ManualGrade(
            submission_id=last.submission_id, question=last.question, grader_id=last.grader_id
        )
        grade.points, grade.comment = new, _comments(read)
        session.add(grade)
    return True
