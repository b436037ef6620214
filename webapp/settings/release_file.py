"""The notebook that students get, as a file to save."""

from __future__ import annotations

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp.grading.release import released_notebook
from webapp.models import CourseAssignment
from webapp.site.downloads import attachment

NOTEBOOK = "application/x-ipynb+json"


def release_file(session: Session, assignment: CourseAssignment) -> Response:
    """The release to save; raises NoRelease."""
    data = released_notebook(session, assignment.assignment)
    return attachment(data, f"{assignment.assignment}.ipynb", NOTEBOOK)
