"""Scores as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from autograder.spreadsheet import safe_cell
from webapp.gradebook import Row
from webapp.models import CourseAssignment


def scores_csv(assignments: list[CourseAssignment], rows: list[Row]) -> str:
    """One line per student; a score that waits for staff has `*` in its own column."""
    out = io.StringIO()
    writer = csv.writer(out)
    header = ["name", "email", "section"]
    for item in assignments:
        header += [safe_cell(item.assignment), safe_cell(f"{item.assignment} waiting")]
    writer.writerow([*header, "total"])
    for row in rows:
        line: list[str] = [safe_cell(row.name), safe_cell(row.email), safe_cell(row.section)]
        for item in assignments:
            cell = row.cells.get(item.id)
            line.append("" if cell is None or cell.score is None else f"{cell.score:g}")
            line.append("*" if cell is not None and cell.ungraded else "")
        writer.writerow([*line, f"{row.total:g}"])
    return out.getvalue()
