"""Finding an assignment: the site's version in use, else what lies in the shared folder."""

from __future__ import annotations

from sqlalchemy.orm import Session

from autograder.assignment import (
    Assignment,
    assignments_folder,
    find_assignment,
    load_assignment,
)
from webapp.assignments import version_folders
from webapp.assignments.queries import archive_of, in_use


def site_assignment(session: Session, name: str) -> Assignment:
    """The assignment as the site grades it; raises AssignmentError.

    Where a version was brought to the site and is in use, it holds, whatever is placed.
    """
    digest = in_use(session).get(name)
    if digest is None:
        return find_assignment(name)
    return load_assignment(
        version_folders.folder_of(name, digest, lambda: archive_of(session, name, digest))
    )


def is_brought(session: Session, name: str) -> bool:
    """Whether a version that was brought to the site is in use."""
    return name in in_use(session)


def placed() -> list[str]:
    """What lies in the shared folder, by id; nothing where there is no such folder."""
    return sorted(path.parent.name for path in assignments_folder().glob("*/assignment.toml"))


def known(session: Session) -> list[str]:
    """Every assignment that the site can grade, by id."""
    return sorted({*placed(), *in_use(session)})
