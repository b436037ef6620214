"""What this process grades with: each says so, so that machines that differ are seen.

The site's own process is what others are compared with. A row of its own in the table of workers,
which takes no work, says what lies in its folder of assignments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import AssignmentError
from webapp.assignments.finding import is_brought, site_assignment
from webapp.assignments.queries import set_in_courses
from webapp.models import WorkerRow

SITE = "site"


def versions_here(session: Session) -> dict[str, dict[str, str]]:
    """For each assignment of a course the versions of its files and of the grader, or a fault."""
    return {name: version_here(session, name) for name in set_in_courses(session)}


def version_here(session: Session, name: str) -> dict[str, str]:
    """`files` is the folder's, `grader` the whole grader's; else `fault` says what is wrong."""
    from autograder.grading import files_version, grader_version

    try:
        assignment = site_assignment(session, name)
        return {"files": files_version(assignment), "grader": grader_version(assignment)}
    except AssignmentError as error:
        return {"fault": str(error)}


def versions_of_site(session: Session) -> dict[str, dict[str, str]]:
    """What the site's own process said last; nothing where none ever did."""
    said = session.scalar(sa.select(WorkerRow.versions).where(WorkerRow.id == SITE))
    return dict(said or {})


def why_not(session: Session, name: str, said: Mapping[str, Any]) -> str:
    """Why this process must leave an assignment's submissions to others; else empty.

    `said` is what the site's own process has. A version that was brought is the same everywhere or
    cannot be had here; a folder that is placed on each machine may differ.
    """
    try:
        site_assignment(session, name)
    except AssignmentError as error:
        missing = is_brought(session, name) or "files" in said.get(name, {})
        return str(error) if missing else ""
    if is_brought(session, name) or "files" not in said.get(name, {}):
        return ""
    mine = version_here(session, name)
    if mine.get("files") == said[name]["files"]:
        return ""
    return mine.get("fault") or f"the folder {name} here differs from the site's"
