"""Writing scores into an nbgrader gradebook, an SQLite file that `nbgrader export` reads.

Every question is a grade cell of the one notebook: `code` for automatic questions,
`markdown` for manual ones, which need manual grading until they have a score. Writing again
updates. What staff entered in nbgrader (manual scores, extra credit, comments) stays and,
as always in nbgrader, a manual score counts in place of the automatic one.

Only graded submissions are written. A rejected file or an infrastructure error adds no row,
and leaves what an earlier run wrote. Importing nbgrader takes seconds, so it is imported on
first use.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sysconfig
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.results import GradeResult, QuestionResult, Status

if TYPE_CHECKING:
    from autograder.assignment import Assignment

_TABLES = {"alembic_version", "assignment", "base_cell", "grade", "submitted_notebook"}
_PATH_LOCK = threading.Lock()


class GradebookError(Exception):
    """The gradebook cannot be written: one sentence for whoever named it."""


def write_gradebook(
    path: Path,
    assignment: Assignment,
    results: Sequence[GradeResult],
    *,
    adjustments: Mapping[str, float] | None = None,
) -> None:
    """Add the graded results to the gradebook at `path`, made if it does not exist.

    `adjustments` are points by submission that count beyond its questions': nbgrader keeps those
    below zero as the late penalty of the notebook, those above as extra credit of a question.
    The file is changed as a whole or, if GradebookError is raised, not at all: it is not a
    gradebook, two results have one student's id, a result is of another assignment, or the
    gradebook holds other grade cells of this assignment, whose points would be added.
    """
    students = _by_student(assignment, results)
    extra = {student_id(name): points for name, points in (adjustments or {}).items()}
    try:
        if path.exists():
            require_gradebook(path)
            _fill(path, assignment, students, extra)
            return
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
        try:
            _fill(unfinished, assignment, students, extra)
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise GradebookError(f"the gradebook {path} cannot be written: {reason}") from None


def student_id(submission: str) -> str:
    """The nbgrader student of a submission: its name, made safe for nbgrader's plain CSV.

    nbgrader writes CSV without quotes, so a comma, a quote or a control character would
    break it and a leading `=`, `+`, `-` or `@` would be a formula: each becomes `_`.
    """
    safe = re.sub(r'[,"\x00-\x1f\x7f\u2028\u2029]', "_", submission).strip()
    return re.sub(r"^[=+\-@]", "_", safe)[:128] or "_"


def _by_student(
    assignment: Assignment, results: Sequence[GradeResult]
) -> dict[str, dict[str, QuestionResult]]:
    """Each graded student's questions by name."""
    students: dict[str, dict[str, QuestionResult]] = {}
    for result in results:
        if result.assignment != assignment.id:
            raise GradebookError(
                f"{result.submission} is a result of {result.assignment}, expected {assignment.id}"
            )
        if result.status is not Status.GRADED:
            continue
        student = student_id(result.submission)
        if student in students:
            raise GradebookError(f"two submissions would be the gradebook's student {student!r}")
        students[student] = {question.name: question for question in result.questions}
    return students


def require_gradebook(path: Path) -> None:
    """Raise GradebookError for any other file: nbgrader would add its tables to it."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {name for (name,) in rows}
    except sqlite3.DatabaseError:
        tables = set()
    if not tables >= _TABLES:
        raise GradebookError(f"{path} is not an nbgrader gradebook")


@contextmanager
def _scripts_on_path() -> Iterator[None]:
    """nbgrader runs `alembic` by name when it makes a gradebook."""
    with _PATH_LOCK:
        before = os.environ.get("PATH", os.defpath)
        os.environ["PATH"] = os.pathsep.join((sysconfig.get_path("scripts"), before))
        try:
            yield
        finally:
            os.environ["PATH"] = before


def _fill(
    path: Path,
    assignment: Assignment,
    students: dict[str, dict[str, QuestionResult]],
    adjustments: dict[str, float],
) -> None:
    from nbgrader.api import Gradebook, InvalidEntry
    from sqlalchemy.engine import URL
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with _scripts_on_path():
            gradebook = Gradebook(URL.create("sqlite", database=str(path)))
        with gradebook:
            notebook = _notebook(gradebook.db, assignment)
            cells = _grade_cells(gradebook.db, notebook, assignment)
            grades = _grades(gradebook.db, notebook, students, cells.values())
            for student, questions in students.items():
                for name, cell in cells.items():
                    _set_score(grades[student, cell.id], questions.get(name))
            if adjustments and students:
                gradebook.db.flush()
                _adjust(gradebook.db, notebook, adjustments, next(iter(cells.values())).id)
            gradebook.db.commit()
    except (SQLAlchemyError, InvalidEntry) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise GradebookError(f"the gradebook {path} cannot be written: {reason}") from None


def _first(database: Any, model: Any, **values: Any) -> Any:
    """The row with these values, added if there is none."""
    row = database.query(model).filter_by(**values).one_or_none()
    if row is None:
        row = model(**values)
        database.add(row)
        database.flush()
    return row


def _notebook(database: Any, assignment: Assignment) -> Any:
    from nbgrader.api import Assignment as NbgraderAssignment
    from nbgrader.api import Notebook

    parent = _first(database, NbgraderAssignment, name=assignment.id)
    return _first(database, Notebook, name=assignment.id, assignment_id=parent.id)


def _grade_cells(database: Any, notebook: Any, assignment: Assignment) -> dict[str, Any]:
    """The grade cell of each question, with its points as they are now."""
    from nbgrader.api import BaseCell, GradeCell, Notebook, TaskCell

    mine = {question.name for question in assignment.questions}
    siblings = database.query(BaseCell).join(Notebook)
    others = sorted(
        cell.name
        for cell in siblings.filter(Notebook.assignment_id == notebook.assignment_id)
        if isinstance(cell, (GradeCell, TaskCell))
        and cell.max_score > 0
        and (cell.notebook_id != notebook.id or cell.name not in mine)
    )
    if others:
        raise GradebookError(
            f"the gradebook holds another grade cell of {assignment.id}, {others[0]!r},"
            " whose points would be added: name a new file"
        )
    cells = {cell.name: cell for cell in notebook.grade_cells}
    for question in assignment.questions:
        kind = "markdown" if question.kind == "manual" else "code"
        if question.name not in cells:
            cells[question.name] = GradeCell(name=question.name, notebook=notebook)
            database.add(cells[question.name])
        cells[question.name].max_score = question.points
        cells[question.name].cell_type = kind
    database.flush()
    return {question.name: cells[question.name] for question in assignment.questions}


def _grades(
    database: Any, notebook: Any, students: Iterable[str], cells: Iterable[Any]
) -> dict[tuple[str, str], Any]:
    """Each student's grade of each cell by (student, cell id); missing rows are added.

    The tables are read once and ids are set here, so that a class is written in one flush.
    """
    from nbgrader.api import Grade, Student, SubmittedAssignment, SubmittedNotebook, new_uuid

    known = {name for (name,) in database.query(Student.id)}
    mine = database.query(SubmittedAssignment).filter_by(assignment_id=notebook.assignment_id)
    submissions = {row.student_id: row for row in mine}
    books = database.query(SubmittedNotebook).filter_by(notebook_id=notebook.id)
    submitted = {row.assignment_id: row for row in books}
    joined = database.query(Grade).join(SubmittedNotebook).filter_by(notebook_id=notebook.id)
    existing = {(row.notebook_id, row.cell_id): row for row in joined}
    cell_ids = [cell.id for cell in cells]
    grades = {}
    for student in students:
        if student not in known:
            database.add(Student(id=student))
        submission = submissions.get(student) or SubmittedAssignment(
            id=new_uuid(), assignment_id=notebook.assignment_id, student_id=student
        )
        book = submitted.get(submission.id) or SubmittedNotebook(
            id=new_uuid(), notebook_id=notebook.id, assignment_id=submission.id
        )
        database.add_all([submission, book])
        for cell_id in cell_ids:
            grade = existing.get((book.id, cell_id)) or Grade(notebook_id=book.id, cell_id=cell_id)
            database.add(grade)
            grades[student, cell_id] = grade
    return grades


def _set_score(grade: Any, question: QuestionResult | None) -> None:
    score = None if question is None else question.score
    if question is not None and question.kind == "manual":
        if score is not None:
            grade.manual_score = score
    else:
        grade.auto_score = score
    grade.needs_manual_grade = score is None and grade.manual_score is None


def _adjust(database: Any, notebook: Any, adjustments: dict[str, float], cell_id: str) -> None:
    """Points beyond the questions': a late penalty, or extra credit of the question `cell_id`."""
    from nbgrader.api import Grade, SubmittedAssignment, SubmittedNotebook

    books = (
        database.query(SubmittedNotebook, SubmittedAssignment.student_id, Grade)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .filter(SubmittedNotebook.notebook_id == notebook.id, Grade.cell_id == cell_id)
    )
    for book, student, grade in books:
        if student in adjustments:
            points = round(adjustments[student], 9)
            book.late_submission_penalty = -points if points < 0 else None
            grade.extra_credit = points if points > 0 else None
