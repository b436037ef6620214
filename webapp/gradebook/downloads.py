"""Grades as files to save: the page and the API's operation hand out the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

from werkzeug.wrappers import Response

from autograder.nbgrader.gradebook import GradebookError
from webapp.base.database import db
from webapp.gradebook.csv_files import canvas_csv, scores_csv
from webapp.gradebook.totals import course_grades
from webapp.models import Course
from webapp.site.downloads import attachment

GRADEBOOK = "application/vnd.sqlite3"


def scores_file(course: Course) -> Response:
    """Everyone's scores to save."""
    return _csv(scores_csv(course_grades(db.session, course)), "scores.csv")


def canvas_file(course: Course) -> Response:
    """The same in Canvas's layout."""
    return _csv(canvas_csv(course_grades(db.session, course)), f"{course.slug}-canvas.csv")


def gradebook_file(course: Course) -> Response:
    """The same as nbgrader's gradebook; raises GradebookError."""
    from webapp.gradebook.to_nbgrader import export_course

    with tempfile.TemporaryDirectory(prefix="heldout-gradebook-") as folder:
        path = Path(folder) / "gradebook.db"
        export_course(db.session, course, path)
        data = path.read_bytes() if path.exists() else b""
    if not data:
        raise GradebookError("The course has no assignment to put into a gradebook.")
    return attachment(data, "gradebook.db", GRADEBOOK)


def _csv(text: str, name: str) -> Response:
    return attachment(text.encode(), name, "text/csv")
