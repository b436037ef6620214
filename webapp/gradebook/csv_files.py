"""Scores as CSV, safe to open in a spreadsheet: everything, or in the layout of Canvas."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

from autograder.spreadsheet import safe_cell
from webapp.gradebook.csv_rows import Counting, Line, number, scores_file
from webapp.gradebook.totals import CourseGrades, Graded
from webapp.models import CourseAssignment


def scores_csv(grades: CourseGrades) -> str:
    """One line per student, with every assignment's score, its attempts and lateness."""
    return scores_file(
        [item.assignment for item in grades.assignments],
        (_line(student, grades.assignments) for student in grades.students),
    )


def _line(student: Graded, assignments: Sequence[CourseAssignment]) -> Line:
    row, outcome = student.row, student.outcome
    cells = (row.cells.get(item.id) for item in assignments)
    counting = [c and Counting(c.score, bool(c.ungraded), c.attempts, c.late) for c in cells]
    return Line(
        (row.name, row.email, row.section),
        counting,
        total=outcome.total,
        possible=outcome.possible,
        written_option=student.written_option,
        passed=outcome.passed,
    )


def canvas_csv(grades: CourseGrades) -> str:
    """The file that Canvas's gradebook imports.

    Canvas looks for `Student`, `ID` and `Section` by their places, takes the row of points by its
    first cell, finds people by their login and then by name, and assignments by their titles. A
    cell that is empty leaves what Canvas has. Points are those in the course's total, so that the
    sum in Canvas is the sum here; what adds nothing to it is left out.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    assignments = [item for item in grades.assignments if item.in_total]
    titles = _canvas_titles(assignments)
    writer.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles])
    points = [number(item.in_total) for item in assignments]
    writer.writerow(["    Points Possible", "", "", "", "", *points])
    for student in grades.students:
        row = student.row
        scores = []
        for item in assignments:
            cell = row.cells.get(item.id)
            score = None if cell is None else cell.score
            scores.append("" if score is None else number(item.weighed(score)))
        who = (safe_cell(row.name), "", "", safe_cell(row.email), safe_cell(row.section))
        writer.writerow([*who, *scores])
    return out.getvalue()


def _canvas_titles(assignments: Sequence[CourseAssignment]) -> list[str]:
    """Titles, with the assignment's id where two share one."""
    counted = Counter(item.title for item in assignments)
    return [
        safe_cell(item.title if counted[item.title] == 1 else f"{item.title} {item.assignment}")
        for item in assignments
    ]
