"""Selects of what reading goes by: rubrics, kept comments, and what students see of readings."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.base.database import takes_the_one_lock
from webapp.models import BankComment, Course, Reading, RubricRow
from webapp.rubrics.rubrics import Rubric, rubric_from, usual


def lock_rubrics(session: Session, course_id: int, *, to_change: bool = False) -> None:
    """Keep a course's rubrics as they are until the caller commits, or change them all alone.

    Those of written questions are kept by the locks of students, whose points follow from them.
    """
    if takes_the_one_lock(session):
        return
    course = sa.select(Course.id).where(Course.id == course_id)
    session.execute(course.with_for_update(read=not to_change, key_share=to_change))


def rubric_row(
    session: Session,
    *,
    kind: str,
    course_id: int,
    course_assignment_id: int | None = None,
    question: str = "",
) -> RubricRow | None:
    """What is kept of the rubric of a course's work, or of a written question, as it is now."""
    found = sa.select(RubricRow).where(
        RubricRow.kind == kind,
        RubricRow.course_id == course_id,
        RubricRow.course_assignment_id == course_assignment_id,
        RubricRow.question == question,
    )
    return session.scalar(found.execution_options(populate_existing=True))


def rubric_of(session: Session, course_id: int, kind: str) -> Rubric:
    """The rubric of one kind of work in a course."""
    row = rubric_row(session, kind=kind, course_id=course_id)
    return usual(kind) if row is None else rubric_from(kind, row.content)


def published_scores(session: Session, course: Course, kind: str, **of: int) -> list[Reading]:
    """The scores of a work that its authors may see: none before the course publishes them."""
    if course.written_scores_published_at is None:
        return []
    rows = sa.select(Reading).options(joinedload(Reading.grader)).filter_by(kind=kind, **of)
    return list(session.scalars(rows.order_by(Reading.id)))


def bank_of(session: Session, course_id: int) -> list[BankComment]:
    """The comments that the graders of a course keep."""
    rows = sa.select(BankComment).where(BankComment.course_id == course_id)
    return list(session.scalars(rows.order_by(BankComment.id)))


def comment_in(session: Session, course_id: int, comment_id: int) -> BankComment | None:
    """A kept comment of the course."""
    rows = sa.select(BankComment).where(BankComment.course_id == course_id)
    return session.scalar(rows.where(BankComment.id == comment_id))
