"""Submissions as they are listed, and looked up."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from webapp.courses.assignments import set_in
from webapp.models import Content, Course, CourseAssignment, Submission


def everybodys(
    session: Session,
    course: Course,
    *,
    assignment: str,
    user_id: int | None,
    page: int,
    rows: int,
) -> tuple[Sequence[Submission], int]:
    """A page of a course's submissions with their students, newest first, and how many there are.

    Those of one assignment, or of one student, where they are named.
    """
    wanted = _of_course(course).join(Submission.user).options(contains_eager(Submission.user))
    if assignment:
        wanted = wanted.where(CourseAssignment.assignment == assignment)
    if user_id:
        wanted = wanted.where(Submission.user_id == user_id)
    return _page(session, wanted, page, rows)


def own_submissions(
    session: Session, course: Course, user_id: int, *, page: int, rows: int
) -> tuple[Sequence[Submission], int]:
    """A page of a student's submissions, newest first, and how many there are.

    What was handed in to a retired assignment is left out.
    """
    own = _of_course(course).where(set_in(course.id), Submission.user_id == user_id)
    return _page(session, own, page, rows)


def _of_course(course: Course) -> sa.Select[Submission]:
    return (
        sa.select(Submission)
        .join(Submission.course_assignment)
        .options(contains_eager(Submission.course_assignment))
        .where(CourseAssignment.course_id == course.id)
    )


def _page(
    session: Session, wanted: sa.Select[Submission], page: int, rows: int
) -> tuple[Sequence[Submission], int]:
    found = session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0
    newest = wanted.order_by(Submission.id.desc()).limit(rows).offset((page - 1) * rows)
    return session.scalars(newest).all(), found


def file_of(session: Session, submission: Submission) -> bytes | None:
    """The notebook as it was handed in, while it is kept."""
    return session.scalar(sa.select(Content.data).where(Content.sha256 == submission.sha256))


def latest_attempt(session: Session, assignment_id: int, user_id: int) -> Submission | None:
    """The student's newest attempt at an assignment."""
    return session.scalar(
        sa.select(Submission)
        .where(Submission.course_assignment_id == assignment_id, Submission.user_id == user_id)
        .order_by(Submission.attempt.desc())
        .limit(1)
    )


def attempts_at(session: Session, assignment_id: int, user_id: int) -> Sequence[Submission]:
    """All of a student's attempts at an assignment."""
    return session.scalars(
        sa.select(Submission).where(
            Submission.course_assignment_id == assignment_id, Submission.user_id == user_id
        )
    ).all()
