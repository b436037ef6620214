"""The assignments of a course, and the titles of their questions."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import AssignmentError
from webapp.assignments.finding import site_assignment
from webapp.base.database import Missing
from webapp.models import Course, CourseAssignment


def set_in(course_id: int) -> sa.ColumnElement[bool]:
    """Holds of the assignments that a course sets: of every one but those that were retired."""
    return sa.and_(CourseAssignment.course_id == course_id, CourseAssignment.retired_at.is_(None))


def assignments_of(session: Session, course: Course) -> list[CourseAssignment]:
    """The assignments that the course sets, in order."""
    return _in_order(session, set_in(course.id))


def retired_of(session: Session, course: Course) -> list[CourseAssignment]:
    """The assignments that the course set once: their work is kept, and counts nowhere."""
    return _in_order(
        session,
        sa.and_(CourseAssignment.course_id == course.id, CourseAssignment.retired_at.is_not(None)),
    )


def _in_order(session: Session, wanted: sa.ColumnElement[bool]) -> list[CourseAssignment]:
    return list(
        session.scalars(
            sa.select(CourseAssignment)
            .where(wanted)
            .order_by(CourseAssignment.position, CourseAssignment.id)
        )
    )


def assignment_called(session: Session, course_id: int, name: str) -> CourseAssignment:
    """An assignment of a course by its id, retired or not; raises Missing."""
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
