"""The rubric of a written question: its own items, or plain points in even steps."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.models import AnswerRubric, CourseAssignment
from webapp.rubrics.rubrics import Item, Level, Rubric, RubricError, rubric_from, stored

KIND = "answer"
_STEPS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
_MOST_STEPS = 6


def plain_points(most: float) -> Rubric:
    """One item with a few even steps from nothing to what the question is worth."""
    step = next((s for s in _STEPS if most / s <= _MOST_STEPS and most % s == 0), most / 4)
    points = [number * step for number in range(round(most / step) + 1)]
    levels = tuple(Level(f"p{round(1000 * each)}", each) for each in points)
    return Rubric(KIND, (Item("points", "Points", levels),))


def answer_rubric(session: Session, item: CourseAssignment, question: str, most: float) -> Rubric:
    """The rubric by which answers to a question are read, as it is now."""
    row = session.scalar(_row(item, question).execution_options(populate_existing=True))
    return plain_points(most) if row is None else rubric_from(KIND, row.content)


def save_answer_rubric(
    session: Session, item: CourseAssignment, question: str, rubric: Rubric, *, most: float
) -> None:
    """Put a rubric in the place of the one before; the caller commits.

    Raises RubricError unless its best levels are what the question is worth.
    """
    if abs(rubric.most - most) > 1e-9:
        raise RubricError(
            f"The best levels add up to {rubric.most:g} points, but the question is worth {most:g}."
        )
    row = session.scalar(_row(item, question))
    if row is None:
        row = AnswerRubric(course_assignment_id=item.id, question=question, content={})
        session.add(row)
    row.content = stored(rubric)
    row.updated_at = now()


def _row(item: CourseAssignment, question: str) -> sa.Select[AnswerRubric]:
    return sa.select(AnswerRubric).where(
        AnswerRubric.course_assignment_id == item.id, AnswerRubric.question == question
    )
