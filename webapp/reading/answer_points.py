"""What the readings of a written answer are worth, and what a changed rubric makes of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.numbers import CLOSE
from webapp.models import CourseAssignment, ManualGrade, Reading, Submission
from webapp.reading.works import Standing
from webapp.rubrics.marks import plain_lines
from webapp.rubrics.rubrics import Rubric
from webapp.scoring import tallies
from webapp.scoring.queries import question_of, questions_of_item


def is_by_hand(given: float | None, mean: float | None, most: float) -> bool:
    """Whether points are others than the readings' mean gives an answer that is worth `most`."""
    if given is None:
        return False
    return mean is None or abs(given - min(mean, most)) > CLOSE


def mean_of(rubric: Rubric, selections: Iterable[Mapping[str, Any]]) -> float | None:
    """The mean points of the readings that are complete."""
    found = [points for each in selections if (points := rubric.points(each)) is not None]
    return sum(found) / len(found) if found else None


def standing(
    session: Session,
    submission: Submission,
    question: str,
    *,
    rubric: Rubric,
    rows: Collection[Reading],
) -> Standing:
    """Points that staff gave an answer otherwise, its worth, and what they wrote beside."""
    grade = session.execute(
        sa.select(ManualGrade.points, ManualGrade.comment).where(
            ManualGrade.submission_id == submission.id, ManualGrade.question == question
        )
    ).first()
    points = grade.points if grade else None
    asked = question_of(session, submission, question)
    most = asked.most if asked else math.inf
    by_hand = is_by_hand(points, mean_of(rubric, [row.selections for row in rows]), most)
    said = plain_lines(grade.comment) if grade else ""
    beside = said.removesuffix(plain_lines(comments_in(rows))).strip()
    return Standing(most, points if by_hand else None, beside)


def comments_in(rows: Collection[Reading]) -> str:
    return "\n\n".join(dict.fromkeys(row.comment for row in rows if row.comment))


def recount(
    session: Session,
    item: CourseAssignment,
    question: str,
    *,
    rows: Collection[Reading],
    before: Rubric,
    after: Rubric,
) -> int:
    """Let another rubric hold for what is read already; how many answers change with it.

    `rows` are the question's readings. The caller commits.
    """
    answers: dict[int, list[Reading]] = {}
    for row in rows:
        answers.setdefault(row.submission_id or 0, []).append(row)
    grades = _grades(session, item, question)
    asked = session.execute(questions_of_item(item, question))
    most = {row.submission_id: row.most for row in asked}
    changed = [
        number
        for number, read in answers.items()
        if _changes(
            session,
            grades.get(number),
            read,
            before=before,
            after=after,
            most=most.get(number, math.inf),
        )
    ]
    tallies.bring_up_to_date(session, item, changed)
    return len(changed)


def _grades(session: Session, item: CourseAssignment, question: str) -> dict[int, ManualGrade]:
    rows = session.scalars(
        sa.select(ManualGrade)
        .join(Submission, ManualGrade.submission_id == Submission.id)
        .where(Submission.course_assignment_id == item.id, ManualGrade.question == question)
    )
    return {grade.submission_id: grade for grade in rows}


def _changes(
    session: Session,
    grade: ManualGrade | None,
    read: Sequence[Reading],
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
        grade.points, grade.comment = min(new, most), comments_in(read)
        session.add(grade)
    return True
