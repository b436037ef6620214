"""Reading an nbgrader gradebook: plain SQL on a file opened read-only, without nbgrader.

The file may come from anywhere: nothing in it is run, views and triggers included.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from autograder.nbgrader.gradebook import GradebookError, require_gradebook

_GRADES = """
SELECT sa.student_id, s.email, a.name, c.name, g.max_score, g.cell_type,
       grade.auto_score, grade.manual_score, grade.extra_credit, sn.late_submission_penalty,
       comment.manual_comment
FROM grade
JOIN submitted_notebook sn ON sn.id = grade.notebook_id
JOIN submitted_assignment sa ON sa.id = sn.assignment_id
JOIN assignment a ON a.id = sa.assignment_id
JOIN base_cell c ON c.id = grade.cell_id
JOIN grade_cells g ON g.id = c.id
LEFT JOIN student s ON s.id = sa.student_id
LEFT JOIN comment ON comment.notebook_id = sn.id AND comment.cell_id = c.id
ORDER BY a.name, sa.student_id, c.rowid
"""
_MOST = 2_000_000


@dataclass(frozen=True)
class GradebookGrade:
    """One question of one student as nbgrader keeps it; None where nothing was given."""

    student: str
    email: str
    assignment: str
    question: str
    max_score: float
    kind: str
    auto_score: float | None
    manual_score: float | None
    extra_credit: float | None
    penalty: float | None
    comment: str

    @property
    def score(self) -> float | None:
        """The points that count in nbgrader: a manual score in place of the automatic one."""
        given = self.auto_score if self.manual_score is None else self.manual_score
        if given is None:
            return self.extra_credit
        return given + (self.extra_credit or 0.0)


def read_gradebook(path: Path) -> list[GradebookGrade]:
    """Every grade in the file; raises GradebookError."""
    require_gradebook(path)
    try:
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            rows = database.execute(_GRADES).fetchmany(_MOST)
    except sqlite3.Error as error:
        raise GradebookError(f"the gradebook {path.name} cannot be read: {error}") from None
    return [_grade(path, row) for row in rows]


def _grade(path: Path, row: tuple[object, ...]) -> GradebookGrade:
    student, email, assignment, question, most, kind, *numbers, comment = row
    texts = (student, assignment, question, kind)
    fine = all(isinstance(text, str) for text in texts) and isinstance(most, (int, float))
    if not fine or not all(n is None or isinstance(n, (int, float)) for n in numbers):
        raise GradebookError(
            f"the gradebook {path.name} holds a grade that is not one: {row!r:.200}"
        )
    auto, manual, extra, penalty = (
        None if n is None else float(n)  # type: ignore[arg-type]
        for n in numbers
    )
    return GradebookGrade(
        str(student),
        str(email or ""),
        str(assignment),
        str(question),
        float(most),  # type: ignore[arg-type]
        str(kind),
        auto,
        manual,
        extra,
        penalty,
        str(comment or ""),
    )
