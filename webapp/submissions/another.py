"""A notebook of another assignment of the course, handed in by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import Assignment, AssignmentError
from webapp.assignments.finding import site_assignment
from webapp.models import CourseAssignment
from webapp.site.uploads import FileRefused

if TYPE_CHECKING:
    from autograder.submitted.notebook import Notebook


def refuse_anothers(session: Session, item: CourseAssignment, notebook: Notebook) -> None:
    """Raise FileRefused, before an attempt is used, where another assignment asks for this."""
    from autograder.submitted.belonging import outline, taken_for

    try:
        own = site_assignment(session, item.assignment)
    except AssignmentError:
        return
    others = {each.id: each for each in _others(session, item)}
    outlines = [outline(each.notebook_path) for each in others.values()]
    questions = frozenset(question.name for question in own.questions)
    if found := taken_for(notebook, outline(own.notebook_path), outlines, questions=questions):
        raise FileRefused(
            f"This looks like the notebook of {found} ({others[found].title}), and nothing in it is"
            f" asked for here, by {item.assignment}. It was not taken and no attempt was used:"
            " choose the right file, or hand it in where it belongs."
        )


def _others(session: Session, item: CourseAssignment) -> Iterator[Assignment]:
    chosen = sa.select(CourseAssignment.assignment).where(
        CourseAssignment.course_id == item.course_id, CourseAssignment.id != item.id
    )
    for name in session.scalars(chosen):
        try:
            yield site_assignment(session, name)
        except AssignmentError:
            continue
