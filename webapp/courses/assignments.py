"""The assignments of a course, and the titles of their questions."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import AssignmentError
from webapp.assignments.finding import site_assignment
from webapp.base.database import Missing
from webapp.models import Course, CourseAssignment


def assignments_of(session: Session, course: Course) -> list[CourseAssignment]:
    """The course's assignments in order."""
    return list(
        session.scalars(
            sa.select(CourseAssignment)
            .where(CourseAssignment.course_id == course.id)
            .order_by(CourseAssignment.position)
        )
    )


def assignment_called(session: Session, course_id: int, name: str) -> CourseAssignment:
    """An assignment of a course by its id; raises Missing."""
    found = session.scalar(
        sa.select(CourseAssignment).where(
            CourseAssignment.course_id == course_id, CourseAssignment.assignment == name
        )
    )
    if found is None:
        raise Missing
    return found


def question_titles(session: Session, assignment_id: str) -> dict[str, str]:
    """What students read instead of a question's name; empty where it cannot be found."""
    try:
        return {q.name: q.title for q in site_assignment(session, assignment_id).questions}
    except AssignmentError:
        return {}
