"""Everybody's newest attempt at one assignment, those that wait for staff first, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.paging import page_of_rows
from webapp.models import CourseAssignment, Enrolment, Role, Submission, SubmissionState, User

# What counts, and what it came from: staff see both.
_POINTS = (
    Submission.score.label("score"),
    Submission.counted.label("counted"),
    Submission.kept,
)


@dataclass(frozen=True)
class AttemptPage:
    """Some attempts of `found`; `page` of `pages`, the first is 1."""

    attempts: tuple[Any, ...]
    found: int
    page: int
    pages: int


def newest_attempts(
    session: Session, assignment: CourseAssignment, *, search: str, page: int, rows: int
) -> AttemptPage:
    """A page of the newest attempts of students whose name or email has the text."""
    newest = (
        sa.select(Submission.user_id, sa.func.max(Submission.attempt).label("attempt"))
        .where(Submission.course_assignment_id == assignment.id)
        .group_by(Submission.user_id)
        .subquery()
    )
    same = sa.and_(newest.c.user_id == Submission.user_id, newest.c.attempt == Submission.attempt)
    statement = (
        sa.select(
            Submission.id,
            Submission.attempt,
            Submission.received_at,
            Submission.state,
            Submission.ungraded,
            Submission.late,
            *_POINTS,
            User.id.label("user_id"),
            User.name,
        )
        .join(newest, same)
        .join(User, User.id == Submission.user_id)
        .where(Submission.course_assignment_id == assignment.id)
    )
    if search:
        named = (
            User.name.icontains(search, autoescape=True),
            User.email.icontains(search, autoescape=True),
        )
        statement = statement.where(sa.or_(*named))
    ordered = statement.order_by((Submission.ungraded == 0), User.name, User.id)
    found = page_of_rows(session, ordered, page=page, rows=rows)
    return AttemptPage(tuple(found.rows), found.found, found.page, found.pages)


def graded_examples(
    session: Session, assignment: CourseAssignment, *, most: int = 5
) -> tuple[Any, ...]:
    """A few graded attempts, evenly spread from the lowest score to the highest: one statement."""
    graded = session.execute(
        sa.select(
            Submission.id,
            Submission.attempt,
            Submission.ungraded,
            *_POINTS,
            User.id.label("user_id"),
            User.name,
        )
        .join(User, User.id == Submission.user_id)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(
            Submission.course_assignment_id == assignment.id,
            Submission.state == SubmissionState.GRADED,
            Enrolment.course_id == assignment.course_id,
            Enrolment.role == Role.STUDENT,
        )
        .order_by(Submission.counted, Submission.id)
    ).all()
    if len(graded) <= most:
        return tuple(graded)
    step = (len(graded) - 1) / (most - 1)
    return tuple(graded[round(place * step)] for place in range(most))
