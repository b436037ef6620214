"""What the readings of a written answer are worth, and what a changed rubric makes of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import in_parts
from webapp.base.numbers import CLOSE
from webapp.models import (
    CourseAssignment,
    ManualGrade,
    QuestionScore,
    Reading,
    Result,
    Submission,
)
from webapp.reading.works import Standing
from webapp.rubrics.marks import plain_lines
from webapp.rubrics.rubrics import Rubric
from webapp.scoring import counting, overrides, tallies


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
    worths = _worths(session, question, Submission.id == submission.id)
    most = worths.get(submission.id, math.inf)
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
    most = _worths(session, question, Submission.course_assignment_id == item.id)
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
    for part in in_parts(changed):
        tallies.count_manual(session, part)
        overrides.recount_among(session, part)
    session.expire_all()
    counting.recount_among(session, item, changed)
    return len(changed)


def _grades(session: Session, item: CourseAssignment, question: str) -> dict[int, ManualGrade]:
    rows = session.scalars(
        sa.select(ManualGrade)
        .join(Submission, ManualGrade.submission_id == Submission.id)
        .where(Submission.course_assignment_id == item.id, ManualGrade.question == question)
    )
    return {grade.submission_id: grade for grade in rows}


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
