"""The written answers and the cells of a notebook, read from the file as handed in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from webapp.assignments.finding import site_assignment

if TYPE_CHECKING:
    from autograder.submitted.answers import Answer
    from autograder.submitted.notebook import Notebook


def notebook_of(data: bytes) -> Notebook:
    """The notebook as handed in; one without cells where it is none."""
    from autograder.submitted.notebook import Notebook, NotebookRejected, parse_notebook

    try:
        return parse_notebook(data)
    except NotebookRejected:
        return Notebook((), "")


def answers_of(
    notebook: Notebook, questions: Iterable[str], given: Collection[str] = frozenset()
) -> dict[str, Answer]:
    """Each written answer that is there, and where; `given` are the assignment's own texts."""
    from autograder.submitted.answers import find_answer

    found = ((question, find_answer(notebook, question, given)) for question in questions)
    return {question: answer for question, answer in found if answer is not None}


def texts_given(session: Session, assignment_id: str) -> frozenset[str]:
    """What the assignment itself says in its notebook; nothing where this machine lacks it."""
    from autograder.assignment import AssignmentError
    from autograder.submitted.belonging import outline

    try:
        return outline(site_assignment(session, assignment_id).notebook_path).texts
    except AssignmentError:
        return frozenset()
