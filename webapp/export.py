"""Scores as CSV, safe to open in a spreadsheet: everything, or in the layout of Canvas."""

from __future__ import annotations

import csv
import io
from collections import Counter

from autograder.spreadsheet import safe_cell
from webapp.course_grades import CourseGrades, Graded
from webapp.models import CourseAssignment


def scores_csv(grades: CourseGrades) -> str:
    """One line per student; a score that waits for staff has `*` in its own column."""
    out = io.StringIO()
    writer = csv.writer(out)
    header = ["name", "email", "section"]
    for item in grades.assignments:
        parts = ("", " waiting", " attempts", " late")
        header += [safe_cell(item.assignment + part) for part in parts]
    writer.writerow([*header, "total", "possible", "written option", "passed"])
    for student in grades.students:
        row = student.row
        line = [safe_cell(row.name), safe_cell(row.email), safe_cell(row.section)]
        for item in grades.assignments:
            line += _cells(student, item)
        outcome = student.outcome
        passed = "" if outcome.passed is None else "yes" if outcome.passed else "no"
        written = "yes" if student.written else "no"
        ends = (_number(outcome.total), _number(outcome.possible), written, passed)
        writer.writerow([*line, *ends])
    return out.getvalue()


def _cells(student: Graded, item: CourseAssignment) -> list[str]:
    cell = student.row.cells.get(item.id)
    if cell is None:
        return ["", "", "0", ""]
    score = "" if cell.score is None else _number(cell.score)
    return [score, "*" if cell.ungraded else "", str(cell.attempts), "late" if cell.late else ""]


def canvas_csv(grades: CourseGrades) -> str:
    """The file that Canvas's gradebook imports.

    Canvas looks for `Student`, `ID` and `Section` by their places, takes the row of points by its
    first cell, finds people by their login and then by name, and assignments by their titles. A
    cell that is empty leaves what Canvas has.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    titles = _canvas_titles(grades.assignments)
    writer.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles])
    points = [_number(item.points) for item in grades.assignments]
    writer.writerow(["    Points Possible", "", "", "", "", *points])
    for student in grades.students:
        row = student.row
        scores = []
        for item in grades.assignments:
            cell = row.cells.get(item.id)
            scores.append("" if cell is None or cell.score is None else _number(cell.score))
        who = (safe_cell(row.name), "", "", safe_cell(row.email), safe_cell(row.section))
        writer.writerow([*who, *scores])
    return out.getvalue()


def _canvas_titles(assignments: tuple[CourseAssignment, ...]) -> list[str]:
    """Titles, with the assignment's id where two share one."""
    counted = Counter(item.title for item in assignments)
    return [
        safe_cell(item.title if counted[item.title] == 1 else f"{item.title} {item.assignment}")
        for item in assignments
    ]


def _number(value: float) -> str:
    return format(round(value, 6), ".12g")
